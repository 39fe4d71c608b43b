"""A real browser on a run that goes on: points arrive, zoom stays, nothing complains."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bench.writer import Writer, save, training
from jobs.home import Home
from jobs.yard import Yard
from tests.dashboard.charting import TOLD, opened
from tests.dashboard.serving import Dashboard, serving

LOSS = "[data-chart=loss] .ty-plot"
LAST_STEP = f"""() => {{
  const data = document.querySelector('{LOSS}')?.data;
  return data ? Math.max(...data[0].x) : 0;
}}"""
DRAWN = f"""(step) => {{
  const data = document.querySelector('{LOSS}')?.data;
  return data && Math.max(...data[0].x) >= step;
}}"""
RANGE = f"() => document.querySelector('{LOSS}').layout.xaxis.range"


pytestmark = [pytest.mark.usefixtures("recorder"), pytest.mark.alone]


@pytest.fixture
def writer(yard: Yard) -> Iterator[Writer]:
    """A run in the middle of its training."""
    going = Writer(yard, save(yard))
    going.begin()
    going.steps(100)
    going.evaluate()
    going.hardware()
    yield going
    going.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_points_arrive_without_a_reload(
    browser: Browser, dashboard: Dashboard, writer: Writer, scheme: str
) -> None:
    url = dashboard.url(f"/run?id={writer.run_id}")
    with opened(browser, url, color_scheme=scheme) as page:
        page.wait_for_function(DRAWN, arg=100)
        assert "token" not in page.url
        page.evaluate("() => { window.sameDocument = true }")
        with training([writer], steps=10):
            page.wait_for_function(DRAWN, arg=page.evaluate(LAST_STEP) + 100)
        assert page.evaluate("() => window.sameDocument")
        expect(page.locator(".ty-state")).to_have_text("Running")
        writer.evaluate()
        writer.finish()
        expect(page.locator(".ty-state")).to_have_text("Finished")
        expect(page.get_by_role("log")).to_contain_text("Training is complete.")


def test_zoom_holds_on_all_charts_while_points_arrive(
    browser: Browser, dashboard: Dashboard, writer: Writer
) -> None:
    with opened(browser, dashboard.url(f"/run?id={writer.run_id}")) as page:
        page.wait_for_function(DRAWN, arg=100)
        box = page.locator(LOSS).bounding_box()
        assert box is not None
        node = page.locator(LOSS).element_handle()
        page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=5)
        page.mouse.up()
        expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()
        zoomed = page.evaluate(RANGE)
        assert 0 < zoomed[0] < zoomed[1] < 100
        with training([writer], steps=10):
            page.wait_for_function(TOLD, arg=200)
            assert page.evaluate(RANGE) == pytest.approx(zoomed)
        page.wait_for_function(
            "([from, to]) => { const a = document.querySelector("
            "'[data-chart=gradient] .ty-plot').layout.xaxis.range;"
            " return Math.abs(a[0] - from) < 1e-6 && Math.abs(a[1] - to) < 1e-6 }",
            arg=zoomed,
        )
        assert page.evaluate("(node) => node.isConnected", node)
        page.get_by_role("button", name="Reset zoom").click()
        page.wait_for_function(
            f"() => document.querySelector('{LOSS}').layout.xaxis.range[1] >= 200"
        )


def test_the_page_goes_on_by_itself_after_a_restart_of_the_dashboard(
    browser: Browser, home: Home, dashboard: Dashboard, writer: Writer
) -> None:
    profile = browser.new_context()
    page = profile.new_page()
    page.goto(dashboard.url(f"/run?id={writer.run_id}"))
    page.wait_for_function(DRAWN, arg=100)
    validation = page.locator("[data-chart=loss] .ty-key", has_text="validation")
    validation.click()
    first = page.get_by_role("slider", name="First visible place")
    first.focus()
    page.keyboard.press("Shift+PageUp")
    expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()
    zoomed = page.evaluate(RANGE)
    dashboard.process.terminate()
    dashboard.process.wait(10)
    expect(page.locator(".ty-live > .ty-note")).to_contain_text("Reconnecting")
    writer.steps(50)
    with serving(home, dashboard.port):
        page.wait_for_function(TOLD, arg=150)
        expect(page.locator(".ty-live > .ty-note")).to_be_hidden()
        assert page.evaluate(RANGE)[0] == zoomed[0] > 1, "the zoom is kept"
        expect(validation).to_have_attribute("aria-pressed", "false")
        page.get_by_role("button", name="Reset zoom").click()
        page.wait_for_function(f"() => document.querySelector('{LOSS}').data[0].x[0] === 1")
        page.wait_for_function(DRAWN, arg=150)
        expect(page.get_by_role("dialog")).to_be_hidden()
        steps = page.evaluate(f"() => Array.from(document.querySelector('{LOSS}').data[0].x)")
        assert steps == list(range(1, 151))
    profile.close()


def test_phones_keyboards_and_tools(browser: Browser, dashboard: Dashboard, writer: Writer) -> None:
    writer.steps(1, loss=float("nan"))
    url = dashboard.url(f"/run?id={writer.run_id}")
    with opened(browser, url, viewport={"width": 390, "height": 844}) as page:
        page.wait_for_function(DRAWN, arg=101)
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 390
        page.get_by_title("Time of day").focus()
        page.keyboard.press("Enter")
        page.wait_for_function(
            f"() => document.querySelector('{LOSS}').layout.xaxis.type === 'date'"
        )
        slider = page.get_by_role("slider", name="Smoothing")
        slider.fill("0.9")
        page.wait_for_function(
            f"() => document.querySelector('{LOSS}').data.some((t) => t.opacity < 0.5)"
        )
        page.get_by_role("button", name="Logarithmic vertical").click()
        page.wait_for_function(
            f"() => document.querySelector('{LOSS}').layout.yaxis.type === 'log'"
        )
        with page.expect_download() as downloading:
            page.get_by_role("button", name="Download the points of Loss").click()
        rows = downloading.value.path().read_text().splitlines()
        assert rows[0] == "curve,step,time,value,points"
        assert any(
            row.startswith('"train",101,') and row.endswith(",NaN,every point") for row in rows
        )
        with page.expect_download() as downloading:
            page.get_by_role("button", name="Download Loss as a picture").click()
        assert downloading.value.path().read_bytes().startswith(b"\x89PNG")
        marks = page.evaluate(f"() => document.querySelector('{LOSS}').data.map((t) => t.text)")
        assert "Not a number at step 101" in json.dumps(marks)


def test_a_run_that_waits_says_what_it_waits_for(
    browser: Browser, dashboard: Dashboard, yard: Yard
) -> None:
    run = save(yard)
    with opened(browser, dashboard.url(f"/run?id={run}")) as page:
        expect(page.locator(".ty-empty")).to_contain_text("Waiting for a worker", timeout=30_000)
        expect(page.locator(".ty-state")).to_have_text("Queued")
