"""The charts of a fork: what the runs behind it measured, faded, up to where it began."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.writer import Writer, save
from engine.config import RunConfig
from jobs.yard import Yard
from tests.dashboard.charting import LOSS, READY, opened
from tests.dashboard.serving import Dashboard

pytestmark = [pytest.mark.usefixtures("recorder"), pytest.mark.alone]

SECONDS = 60_000
BEFORE = f"""() => document.querySelector('{LOSS}').data.filter(({{ meta }}) => meta === 'before')
  .map(({{ key, x, y }}) => ({{ key, x: [...x], y: [...y] }}))"""
THERE = f"() => document.querySelector('{LOSS}')?.data?.some(({{ meta }}) => meta === 'before')"
VALUES = (
    "() => [...document.querySelectorAll('[data-chart=loss] .ty-key b')].map((b) => b.innerText)"
)


def forked(yard: Yard, parent: Writer, step: int, name: str) -> Writer:
    """A run that began from that step of another one, and has trained on for 40."""
    start = {"run": parent.run_id, "step": step, "checkpoint": f"step-{step}-a1"}
    config = RunConfig.model_validate({"name": name, "start": {**start, "digest": "0" * 64}})
    fork = Writer(yard, save(yard, config), step=step)
    fork.begin()
    fork.steps(40)
    return fork


def test_a_fork_shows_what_was_before_it(
    browser: Browser, dashboard: Dashboard, yard: Yard
) -> None:
    first = Writer(yard, save(yard))
    first.begin()
    first.steps(60, loss=3.0)
    first.evaluate()
    first.steps(100, loss=9.0)
    second = forked(yard, first, 60, "second")
    third = forked(yard, second, 80, "third")
    with opened(browser, dashboard.url(f"/run?id={third.run_id}")) as page:
        page.set_default_timeout(SECONDS)
        page.wait_for_function(THERE)
        train, validation = sorted(page.evaluate(BEFORE), key=lambda each: str(each["key"]))
        # Not the steps that the first run took beyond, nor those of the second.
        assert train["x"] == list(range(1, 81))
        assert set(train["y"][:60]) == {3.0}
        assert max(train["y"][60:]) < 3.0
        assert (validation["key"], validation["x"]) == ("validation", [60])
        look(page)
    for writer in (first, second, third):
        writer.close()


def look(page: Page) -> None:
    assert edges(page)[0] <= 1
    key = page.locator("[data-chart=loss]").get_by_role("button", name="Show before the fork")
    # The cross-hair reads there, in the keys of the run's own curves.
    box = page.locator(LOSS).bounding_box()
    assert box is not None
    page.locator(LOSS).scroll_into_view_if_needed()
    page.locator(LOSS).hover(position={"x": 60 + 0.3 * (box["width"] - 74), "y": 100})
    page.wait_for_function(f"() => ({VALUES})()[0].startsWith('3')")
    key.click()
    page.wait_for_function(f"() => !({THERE})()")
    key.click()
    page.wait_for_function(THERE)
    # On the clock it was long ago; beside the run there is no room for it.
    page.get_by_role("button", name="Relative").click()
    page.wait_for_function(f"() => !({THERE})()")
    expect(key).to_have_count(0)
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function(THERE)


def edges(page: Page) -> Any:
    page.wait_for_function(READY)
    return page.evaluate(f"() => document.querySelector('{LOSS}').layout.xaxis.range")
