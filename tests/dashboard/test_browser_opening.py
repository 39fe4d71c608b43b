"""A run is opened from the list in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bench.writer import Writer, save, training
from engine.config import RunConfig
from jobs.yard import Yard
from tests.dashboard.charting import TOLD, opened
from tests.dashboard.serving import Dashboard

pytestmark = [pytest.mark.usefixtures("recorder"), pytest.mark.alone]

LOSS = "[data-chart=loss] .ty-plot"
MADE_AHEAD = """() => new MutationObserver((_, seen) => {
  window.ahead = document.querySelector('.ty-ahead .ty-live');
  if (window.ahead) seen.disconnect();
}).observe(document.body, { childList: true })"""


@pytest.fixture
def writer(yard: Yard) -> Iterator[Writer]:
    """A run in the middle of its training."""
    going = Writer(yard, save(yard))
    going.begin()
    going.steps(100)
    yield going
    going.close()


def test_a_run_opened_from_the_list_is_drawn_before_its_page_is_there(
    browser: Browser, dashboard: Dashboard, writer: Writer
) -> None:
    with opened(browser, dashboard.url("/runs")) as page:
        link = page.locator(f'a[href*="{writer.run_id}"]').first
        link.wait_for()
        page.evaluate(MADE_AHEAD)
        link.click()
        page.wait_for_selector(f".stMain {LOSS}")
        # The very same element has moved into the page.
        assert page.evaluate(f"() => window.ahead.contains(document.querySelector('{LOSS}'))")
        expect(page.locator(".ty-ahead")).to_have_count(0)
        with training([writer], steps=10):
            page.wait_for_function(TOLD, arg=150)
        expect(page.locator(".ty-state")).to_have_text("Running")


def test_a_comparison_has_its_curves_before_its_page_and_its_names_with_it(
    browser: Browser, dashboard: Dashboard, writer: Writer, yard: Yard
) -> None:
    other = Writer(yard, save(yard, RunConfig(name="Other")))
    other.begin()
    other.steps(60)
    ids = f"{writer.run_id},{other.run_id}"
    with opened(browser, dashboard.url(f"/runs?selected={ids}")) as page:
        button = page.get_by_role("button", name="Compare", exact=True)
        button.wait_for()
        page.locator(f'a[href*="{other.run_id}"]').first.wait_for()
        page.evaluate(MADE_AHEAD)
        button.click()
        page.wait_for_selector(".stMain [data-chart=train-loss] canvas")
        expect(page.locator(".ty-chip")).to_have_text(["Synthetic", "Other"])
        assert page.evaluate("() => window.ahead.contains(document.querySelector('.ty-chips'))")
        expect(page.locator(".ty-ahead")).to_have_count(0)
    other.close()
