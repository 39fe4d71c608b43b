"""The pages in a real browser: both modes, a phone, hostile names, launching by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
import pytest
from playwright.sync_api import expect

from jobs.services import runs
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.serving import Complaints, Dashboard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.alone

HOSTILE = "**b** <img src=x onerror=alert(1)> ![](http://evil.io/x.png) www.evil.io"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
COUNT_MS = 150_000
"""for the helper to load torch on a busy machine"""

SECONDS = 60_000
SOLID = """(node) => {
  for (; node; node = node.parentElement) if (getComputedStyle(node).opacity !== '1') return false;
  return true;
}"""


@contextmanager
def _page(
    browser: Browser, dashboard: Dashboard, size: dict[str, int], mode: str
) -> Iterator[Page]:
    """Logged in, on the Launch page; fails for errors on the console and requests to others."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if mode == "dark" else "light",
    )
    page = context.new_page()
    page.set_default_timeout(SECONDS)
    complaints = Complaints.of(page)
    asked: list[str] = []
    # A deep link makes Streamlit look for its server below the page's path first: two 404s.
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(dashboard.url())
    page.get_by_role("heading", name="Launch a run").wait_for()
    yield page
    assert [text for text in complaints.texts if "404 (Not Found)" not in text] == []
    assert [url for url in missing if "/_stcore/" not in url] == []
    own = re.compile(rf"(https?|wss?)://127\.0\.0\.1:{dashboard.port}/|data:|blob:")
    assert [url for url in asked if not own.match(url)] == []
    context.close()


def _open(page: Page, name: str) -> None:
    """By the navigation on top."""
    page.get_by_role("link", name=name, exact=True).first.click()
    page.get_by_role("heading", name=name, exact=True).wait_for()


def _no_sideways(page: Page) -> None:
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= page.viewport_size["width"]  # type: ignore[index]


@pytest.mark.parametrize(("size", "mode"), [(WIDE, "dark"), (PHONE, "light")])
def test_every_page_in_both_modes_without_a_complaint(
    browser: Browser, dashboard: Dashboard, yard: Yard, size: dict[str, int], mode: str
) -> None:
    run = story.launched(yard, name=HOSTILE[:80])
    story.finished(yard, run)
    with _page(browser, dashboard, size, mode) as page:
        _no_sideways(page)
        _open(page, "Machines")
        page.get_by_text("No worker is running").first.wait_for()
        _no_sideways(page)
        _open(page, "Runs")
        _no_sideways(page)
        page.get_by_role("link", name=HOSTILE[:80]).click()
        page.get_by_role("heading", name=HOSTILE[:80]).wait_for()
        page.get_by_text("Confusion matrix").first.wait_for()
        _no_sideways(page)
        # With a help text Streamlit puts a button where question marks are, which are faint.
        page.wait_for_function(
            SOLID, arg=page.locator(".st-key-again button:visible").element_handle()
        )
        assert page.locator("img[src=x]").count() == 0
        assert page.locator("a[href*='evil']").count() == 0


def test_two_quick_presses_launch_once_and_lead_to_the_run(
    browser: Browser, dashboard: Dashboard, yard: Yard
) -> None:
    with _page(browser, dashboard, WIDE, "light") as page:
        page.locator(".st-key-optimizer-adamw-learning_rate input").fill("3e-4")
        page.keyboard.press("Enter")
        page.get_by_text("was 0.002").wait_for()
        page.get_by_role("button", name="Launch", exact=True).dblclick()
        page.wait_for_url("**/run?id=*")
        page.get_by_role("heading", name="MNIST CNN").wait_for()
    (run,) = runs.list(yard)
    assert run.config.optimizer.learning_rate == 3e-4


@pytest.mark.timeout(400)
def test_a_press_is_heard_while_the_page_still_grows(
    browser: Browser, dashboard: Dashboard, yard: Yard
) -> None:
    """The mouse goes down before the parameters are counted, and up afterwards."""
    with _page(browser, dashboard, WIDE, "light") as page:
        page.get_by_text("Training samples").wait_for(timeout=COUNT_MS)
        below = psutil.Process(dashboard.process.pid).children(recursive=True)
        (helper,) = [each for each in below if "engine.inspect" in each.cmdline()]
        helper.suspend()
        page.goto(dashboard.url("/?preset=karate_gcn"))
        page.get_by_text("Counting parameters").wait_for()
        button = page.get_by_role("button", name="Launch", exact=True)
        button.hover()
        page.mouse.down()
        helper.resume()
        page.get_by_text("Training samples").wait_for(timeout=COUNT_MS)
        page.mouse.up()
        page.wait_for_url("**/run?id=*")
    (run,) = runs.list(yard)
    assert run.config.model.kind == "gcn"


def test_a_mistake_is_told_beside_its_field(browser: Browser, dashboard: Dashboard) -> None:
    with _page(browser, dashboard, WIDE, "light") as page:
        page.locator(".st-key-training-epochs input").fill("0")
        page.keyboard.press("Enter")
        page.locator(".st-key-problem-training-epochs").get_by_text("Epochs must be").wait_for()
        expect(page.get_by_role("button", name="Launch", exact=True)).to_be_disabled()


def test_the_selection_is_in_the_address_and_survives_a_reload(
    browser: Browser, dashboard: Dashboard, yard: Yard
) -> None:
    for name in ("first", "second"):
        story.finished(yard, story.launched(yard, name=name))
    with _page(browser, dashboard, WIDE, "light") as page:
        _open(page, "Runs")
        # At once, as people do: the second click must not undo the first.
        page.get_by_role("checkbox", name="Select first").check()
        page.get_by_role("checkbox", name="Select second").check()
        page.get_by_text("2 selected").wait_for()
        page.reload()
        page.get_by_text("2 selected").wait_for()
        page.get_by_role("checkbox", name="Select first").uncheck()
        page.get_by_text("1 selected").wait_for()


def test_the_table_of_runs_follows_what_happens(
    browser: Browser, dashboard: Dashboard, yard: Yard
) -> None:
    run = story.launched(yard, name="mine")
    with _page(browser, dashboard, WIDE, "light") as page:
        _open(page, "Runs")
        row = page.locator(f"[data-run='{run}']")
        row.get_by_text("queued").wait_for()
        story.finished(yard, run)
        runs.changed(yard.redis, run)
        row.get_by_text("finished").wait_for()
