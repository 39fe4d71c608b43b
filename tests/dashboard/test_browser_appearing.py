"""What a page does when nobody looks at it, and when its first points come."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from bench.writer import Writer, save
from jobs.yard import Yard
from tests.dashboard.charting import LOSS, REACHED, READY, TOLD, opened
from tests.dashboard.serving import Dashboard

pytestmark = [pytest.mark.usefixtures("recorder"), pytest.mark.alone]

SECONDS = 60_000
SMALL_SHIFT = 0.01
FRAMES = """
window.paints = 0;
const { clearRect } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.clearRect = function (...area) {
  window.paints++;
  return clearRect.apply(this, area);
};
const frame = window.requestAnimationFrame.bind(window);
window.waiting = null;
window.requestAnimationFrame = (act) => window.waiting ? window.waiting.push(act) : frame(act);
"""
"""Counts what charts paint; `waiting`: the frames of a tab in the background, where there are none.

A headless Chromium has no background: minimised, frozen or behind another tab, a page gets frames.
"""

WATCH_SHIFTS = """
window.shifts = [];
window.moved = performance.now();
new PerformanceObserver((list) => {
  window.moved = performance.now();
  for (const { value, sources } of list.getEntries()) {
    const moved = sources.map(({ node }) => node?.nodeType === 1 ? node : node?.parentElement);
    // Buttons come and go at the top with what can be asked of the run.
    if (moved.some((node) => !node?.closest('.st-key-actions'))) {
      const told = ({ previousRect: a, currentRect: b }, i) =>
        `${moved[i]?.className}: ${a.y} to ${b.y}, ${a.height} to ${b.height}`;
      window.shifts.push([value, sources.map(told)]);
    }
  }
}).observe({ type: 'layout-shift' });
"""
STILL = "() => performance.now() - window.moved > 1500"
"""the page has been drawn"""


def test_a_page_that_nobody_sees_paints_nothing_and_is_right_when_it_comes_back(
    browser: Browser, dashboard: Dashboard, yard: Yard
) -> None:
    writer = Writer(yard, save(yard))
    writer.begin()
    writer.steps(100)
    with opened(browser, dashboard.url("/runs")) as page:
        page.set_default_timeout(SECONDS)
        page.add_init_script(FRAMES)
        page.goto(dashboard.url(f"/run?id={writer.run_id}"))
        page.wait_for_function(READY)
        page.wait_for_function(REACHED, arg=100)
        page.evaluate("() => { window.paints = 0; window.waiting = [] }")
        for _ in range(20):
            writer.steps(10)
        # The page hears of them, as its numbers say; its charts rest.
        page.wait_for_function(TOLD, arg=300, polling=50)
        assert page.evaluate("() => window.paints") == 0
        assert page.evaluate("() => window.waiting.length") < 10, "they do not pile up"
        page.evaluate(
            "() => { const all = waiting; waiting = null; all.forEach(requestAnimationFrame) }"
        )
        page.wait_for_function(REACHED, arg=300)
        steps = page.evaluate(f"() => [...document.querySelector('{LOSS}').data[0].x]")
        assert steps == list(range(1, 301))
        assert 0 < page.evaluate("() => window.paints") < 20, "each chart once, not for each point"
    writer.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_shifts_when_the_first_points_come(
    browser: Browser, dashboard: Dashboard, yard: Yard, width: int
) -> None:
    writer = Writer(yard, save(yard))
    size = {"width": width, "height": 900}
    with opened(browser, dashboard.url(f"/run?id={writer.run_id}"), viewport=size) as page:
        page.set_default_timeout(SECONDS)
        expect(page.locator(".ty-empty")).to_contain_text("Waiting for", timeout=SECONDS)
        page.evaluate(WATCH_SHIFTS)
        page.wait_for_function(STILL)
        page.evaluate("() => { window.shifts = [] }")
        writer.begin()
        for count in (1, 4, 20, 75):
            writer.steps(count)
            page.wait_for_function(READY)
            page.wait_for_function(REACHED, arg=writer.step)
        writer.evaluate()
        # The score's chart may be below the edge of a phone's screen, where nothing is painted.
        page.wait_for_function(f"() => document.querySelector('{LOSS}').data.length > 1")
        shifts = page.evaluate("() => window.shifts")
        assert sum(value for value, _ in shifts) < SMALL_SHIFT, shifts
    writer.close()
