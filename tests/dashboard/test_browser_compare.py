"""Comparing and organising in a real browser: the way there, the link, the mean, undo, keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from jobs.services import organise, runs
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.serving import Complaints, Dashboard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.alone

SECONDS = 60_000
HOSTILE = "<img src=x onerror=alert(1)> **b**"
PLOT = "document.querySelector('[data-chart=train-loss] .ty-plot')"


@pytest.fixture
def page(browser: Browser, dashboard: Dashboard) -> Iterator[Page]:
    """Logged in; fails for errors on the console."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(SECONDS)
    expect.set_options(timeout=SECONDS)
    complaints = Complaints.of(opened)
    opened.goto(dashboard.url())
    opened.get_by_role("heading", name="Launch a run").wait_for()
    yield opened
    assert [text for text in complaints.texts if "404 (Not Found)" not in text] == []
    context.close()


def four(yard: Yard) -> list[str]:
    """Two rates, two seeds."""
    ids = []
    for rate in (0.1, 0.2):
        for seed in (1, 2):
            run = story.launched(
                yard,
                name=f"{HOSTILE} {rate} {seed}",
                optimizer={"kind": "adamw", "learning_rate": rate},
                training={"seed": seed},
            )
            story.finished(yard, run, epochs=1 + seed)
            ids.append(run)
    return ids


def test_from_the_list_to_a_comparison_whose_link_says_all(
    page: Page, dashboard: Dashboard, yard: Yard
) -> None:
    ids = four(yard)
    page.goto(dashboard.url("/runs?selected=" + ",".join(ids)))
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name="Compare").wait_for()
    chips = page.locator(".ty-chip")
    expect(chips).to_have_count(4)
    expect(chips.first).to_have_text("learning rate 0.1 · seed 1")
    page.wait_for_function(f"() => {PLOT}?.data?.length === 4")
    chips.first.click()
    page.wait_for_function(f"() => {PLOT}.data.length === 3")
    page.get_by_role("button", name="Log y").click()
    page.locator(".st-key-group input").click()
    page.get_by_role("option", name="Mean over seeds").click()
    expect(chips).to_have_count(2)
    page.wait_for_function(f"() => {PLOT}?.data?.some(({{ meta }}) => meta === 'mean')")
    assert "log=1" in page.url
    # Somebody else opens the link.
    page.goto(page.url.split("token=")[0])
    expect(page.locator(".ty-chip")).to_have_count(2)
    expect(page.locator(".ty-chip").first).to_have_text("learning rate 0.1 (2 runs)")
    expect(page.get_by_role("button", name="Log y")).to_have_attribute("aria-pressed", "true")
    assert page.locator("img[src=x]").count() == 0


def test_the_table_of_results_sorts_and_opens_a_run(
    page: Page, dashboard: Dashboard, yard: Yard
) -> None:
    ids = four(yard)
    page.goto(dashboard.url("/compare?runs=" + ",".join(ids)))
    steps = page.locator(".yard-sheet thead button", has_text="Steps")
    first = page.locator(".yard-sheet tbody tr").first
    expect(first).to_contain_text("0.1 1")
    steps.focus()
    page.keyboard.press("Enter")
    expect(first).to_contain_text("0.1 2")
    page.locator(".yard-sheet thead button:focus", has_text="Steps").wait_for()
    assert page.locator(".yard-star").count() > 0
    first.get_by_role("link").click()
    page.get_by_role("heading", name=f"{HOSTILE} 0.1 2").wait_for()


def test_a_deletion_from_the_menu_of_a_row_is_undone(
    page: Page, dashboard: Dashboard, yard: Yard
) -> None:
    run = story.launched(yard, name="mine")
    story.finished(yard, run)
    page.goto(dashboard.url("/runs"))
    menu = page.get_by_role("button", name="Actions for mine")
    menu.focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Launch again with changes").wait_for()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_text("1 run deleted").wait_for()
    expect(page.locator(f"[data-run='{run}']")).to_have_count(0)
    assert runs.get(yard, run).deleted
    page.get_by_role("button", name="Undo").click()
    page.locator(f"[data-run='{run}']").wait_for()
    assert not runs.get(yard, run).deleted


def test_tags_and_notes_are_written_on_the_page_of_the_run(
    page: Page, dashboard: Dashboard, yard: Yard
) -> None:
    run = story.launched(yard, name="mine")
    story.finished(yard, run)
    page.goto(dashboard.url(f"/run?id={run}"))
    page.get_by_role("button", name="More").click()
    page.get_by_label("Notes").fill(f"first\n{HOSTILE}")
    # Somebody else tags it meanwhile.
    organise.tag(yard, [run], ["theirs"])
    page.get_by_role("button", name="Save").click()
    page.locator(".yard-written").wait_for()
    kept = runs.get(yard, run)
    assert (kept.tags, kept.notes) == (("theirs",), f"first\n{HOSTILE}")
    assert page.locator("img[src=x]").count() == 0
