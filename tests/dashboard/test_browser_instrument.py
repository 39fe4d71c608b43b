"""The run page as an instrument: sections, heat map, time split, log; one page for all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.writer import Writer, save
from engine.events import Gradients, Log, Steps, Timing
from jobs.yard import Yard
from tests.dashboard.serving import Complaints, Dashboard

pytestmark = [pytest.mark.usefixtures("recorder"), pytest.mark.alone]

LOG_LINES = 1_200
OWN = 30


@pytest.fixture
def writer(yard: Yard) -> Iterator[Writer]:
    """A run with metrics of its own, gradients by layer, timings and a long log."""
    going = Writer(yard, save(yard))
    going.begin()
    going.steps(100)
    own = {f"attention/head_{i}": [0.5] for i in range(OWN)}
    going.emit(Steps(step=100, epoch=1, seconds=[1.0], metrics={"reward/mean": [2.0], **own}))
    norms = {f"layer.{i}": [10.0**-i, 2 * 10.0**-i] for i in range(4)}
    going.emit(Gradients(step=100, steps=[50, 100], seconds=[1.0, 2.0], norms=norms))
    spent = {"data": 38.0, "compute": 60.0, "evaluation": 1.0, "checkpoint": 1.0}
    going.emit(Timing.model_validate({**spent, "step": 100, "seconds": 100.0, "totals": spent}))
    for machine in ("ada", "bob"):
        going.hardware(machine)
    for number in range(LOG_LINES):
        going.emit(Log(step=100, message=f"line {number}" + (" needle" * (number % 400 == 7))))
    yield going
    going.close()


def test_sections_heat_map_and_log(browser: Browser, dashboard: Dashboard, writer: Writer) -> None:
    profile = browser.new_context(viewport={"width": 1440, "height": 2600})
    page = profile.new_page()
    complaints = Complaints.of(page)
    page.goto(dashboard.url(f"/run?id={writer.run_id}"), timeout=90_000)
    page.wait_for_selector("[data-chart=loss]", timeout=90_000)
    look_at_sections(page)
    look_at_notes(page)
    search_the_log(page)
    scroll_the_log(page, writer)
    href = page.get_by_label("Download the whole log").get_attribute("href") or ""
    assert profile.request.get(href).text().count("\n") >= LOG_LINES
    assert profile.request.get(dashboard.url("/log?run=nobody")).status == 404
    assert complaints.texts == []
    profile.close()


def look_at_sections(page: Page) -> None:
    # Own prefixes are sections; a large one is closed and none of its charts is made.
    expect(page.locator("[data-section=reward] h3")).to_have_text("Mean")
    head = page.locator("[data-section=attention] h2 button")
    expect(head).to_have_text(f"Attention{OWN} charts")
    expect(page.locator("[data-section=attention] .ty-chart:visible")).to_have_count(0)
    page.get_by_label("Find a chart by name").fill("head 29")
    expect(page.locator(".ty-chart:visible h3")).to_have_text(["Head 29"])
    page.get_by_label("Find a chart by name").fill("")
    head.press("Enter")
    expect(page.locator("[data-section=attention] .ty-chart")).to_have_count(OWN)
    head.press("Enter")
    assert page.evaluate("() => localStorage['trainyard.sections']") == '{"attention":false}'


def look_at_notes(page: Page) -> None:
    expect(page.locator("[data-section=time] .ty-note")).to_contain_text(
        "It waits for data 38 % of the time."
    )
    expect(page.locator("[data-section=hardware] .ty-note")).to_have_text(
        "No GPU on these machines."
    )
    # Each machine of a run has its own curves, under its name.
    for chart, name in (("use", "CPU on bob"), ("memory", "ada"), ("memory", "this run on bob")):
        key = page.locator(f"[data-chart={chart}]").get_by_label(f"Show {name}", exact=True)
        expect(key).to_have_count(1)
    expect(page.locator("[data-chart=layers] .ty-ramp")).to_contain_text("0.001")
    expect(page.locator("[data-chart=layers] canvas")).to_be_visible()
    expect(page.locator("[data-chart=score] .ty-sign")).to_have_text(
        "comes with the first evaluation"
    )


def search_the_log(page: Page) -> None:
    # A search goes through lines that are not in the page yet.
    log = page.get_by_role("log")
    assert log.locator(".ty-line").count() < LOG_LINES / 2
    search = page.get_by_label("Search the log; Enter", exact=False)
    search.fill("needle")
    expect(page.locator(".ty-found")).to_have_text("3 of 3")
    expect(log.locator("mark").last).to_have_text("needle")
    search.press("Shift+Enter")
    expect(page.locator(".ty-found")).to_have_text("2 of 3")
    expect(log.locator("[data-now] mark")).to_be_visible()
    search.press("Escape")


def scroll_the_log(page: Page, writer: Writer) -> None:
    log = page.get_by_role("log")
    # Who has scrolled up stays there while lines arrive, until they ask for the newest.
    log.evaluate("(box) => { box.scrollTop = 0 }")
    expect(page.get_by_role("button", name="Newest ↓")).to_be_visible()
    writer.emit(Log(step=100, level="warning", message="arrived meanwhile"))
    expect(page.get_by_role("button", name="Show warnings")).to_have_text("Warnings1")
    assert log.evaluate("(box) => box.scrollTop") < 200
    page.get_by_role("button", name="Newest ↓").click()
    expect(log.get_by_text("arrived meanwhile")).to_be_visible()
    page.get_by_role("button", name="Show info").click()
    expect(log.locator(".ty-line")).to_have_count(1)
