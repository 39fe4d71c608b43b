"""Plotly's own figure on the full screen of a chart, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bench.writer import Writer
from tests.dashboard.charting import LOSS, NEWEST, seen

pytestmark = pytest.mark.alone

PLOTLY = ".ty-plotly"
PLOTTED = f"() => document.querySelector('{PLOTLY}')?.data?.[0]"


def test_plotly_draws_the_same_points_on_the_full_screen_and_follows(
    page: Page, writer: Writer
) -> None:
    switch = page.get_by_role("button", name="Show Loss as Plotly draws it")
    expect(switch).to_be_hidden()
    assert page.evaluate("() => window.Plotly === undefined"), "loaded before anybody asked"
    page.route("**/plotly-basic.min.js", lambda route: route.fulfill(body=""))
    page.get_by_role("button", name="Show Loss on the full screen").click()
    switch.click()
    said = page.locator(".ty-plotly-note")
    expect(said).to_contain_text("could not be loaded")
    page.unroute("**/plotly-basic.min.js")
    switch.click()
    page.wait_for_function(PLOTTED)
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(f"() => ({PLOTTED})().x.length") == page.evaluate(NEWEST)
    last = page.evaluate(NEWEST)
    writer.steps(10)
    page.wait_for_function(f"(step) => ({PLOTTED})().x.at(-1) >= step", arg=last + 10)
    box = page.locator(f"{PLOTLY} .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 90)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 90, steps=4)
    page.mouse.up()
    zoomed = f"() => document.querySelector('{LOSS}').layout.zoomed"
    page.wait_for_function(zoomed)
    plotted = f"() => document.querySelector('{PLOTLY}')._fullLayout.xaxis.range"
    page.wait_for_function(f"() => ({plotted})()[0] > 1")
    kept = page.evaluate(plotted)
    assert seen(page)["from"] == pytest.approx(kept[0]), "every chart has its zoom"
    page.wait_for_function(f"() => ({PLOTTED})().x[0] > 1")
    assert page.evaluate(plotted) == pytest.approx(kept), "the exact points move nothing"
    page.keyboard.press("Escape")
    expect(page.locator(PLOTLY)).to_have_count(0)
    expect(page.get_by_role("button", name="Show Loss on the full screen")).to_be_focused()
    page.get_by_role("button", name="Reset zoom").click()
