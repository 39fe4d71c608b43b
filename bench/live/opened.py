"""A run of a million points: opened from the list, in a fresh tab, zoomed to exact points."""

from __future__ import annotations

import time
from typing import Any

from bench.live.million import SPIKE, spike_step
from bench.live.screen import FIGURE, LOSS, drawn_at, pressed_at, settle
from bench.row import Row, below

TIMES = 8
ZOOMS = 6
APP_LIMIT_MS = 400.0
TAB_LIMIT_MS = 2500.0
ZOOM_LIMIT_MS = 300.0

HIGHEST = f"""() => {{
  const [from, to] = {FIGURE}.layout.xaxis.range;
  const {{ x, y }} = {FIGURE}.data[0];
  return Math.max(...[...y].filter((_, i) => x[i] >= from && x[i] <= to));
}}"""
"""of what is drawn"""

EXACT_AT = f"""() => new Promise((done) => {{
  const exact = () => {{
    const [from, to] = {FIGURE}.layout.xaxis.range;
    const seen = [...{FIGURE}.data[0].x].filter((x) => x >= from && x <= to);
    return seen.length > 1 && seen.every((x, i) => !i || x === seen[i - 1] + 1);
  }};
  const look = () => {{
    if (exact()) requestAnimationFrame(() => done(Date.now()));
    else requestAnimationFrame(look);
  }};
  look();
}})"""
"""the moment when every step of the visible stretch is drawn"""


def measure(page: Any, port: int, run_id: str, points: int) -> list[Row]:
    """All times of one long run."""
    kept = [_from_the_list(page, port, run_id) for _ in range(TIMES + 1)][1:]
    highest = [float(page.evaluate(HIGHEST))]
    zooms = []
    for _ in range(ZOOMS):
        took, seen = _zoom(page, port, run_id, points)
        zooms.append(took)
        highest += seen
    warm = [_fresh_tab(page.context, port, run_id) for _ in range(TIMES)]
    text = f"{points:,} points"
    missing = sum(abs(value - SPIKE) > 1e-3 for value in highest)
    return [
        below(f"a run of {text}: click in the list to the curve", kept, APP_LIMIT_MS),
        below("the same in a fresh tab", warm, TAB_LIMIT_MS),
        below("zoom to exact points: mouse let go to drawn", zooms, ZOOM_LIMIT_MS),
        Row(
            "a spike of one step in it is drawn",
            f"in {len(highest) - missing} of {len(highest)} zooms",
            "in all",
            not missing,
        ),
    ]


def _from_the_list(page: Any, port: int, run_id: str) -> float:
    """From the click on its name in the list of runs."""
    page.goto(f"http://127.0.0.1:{port}/runs")
    link = page.locator(f'a[href*="{run_id}"]').first
    link.wait_for()
    settle(page)
    pressed_at(page, "click", "clicked")
    link.click()
    drawn = drawn_at(page)
    return drawn - float(page.evaluate("() => window.clicked"))


def _fresh_tab(context: Any, port: int, run_id: str) -> float:
    """From the address to the curve, with the browser's own cache."""
    tab = context.new_page()
    began = time.time() * 1000
    tab.goto(f"http://127.0.0.1:{port}/run?id={run_id}", wait_until="commit")
    drawn = drawn_at(tab)
    tab.close()
    return drawn - began


def _zoom(page: Any, port: int, run_id: str, points: int) -> tuple[float, list[float]]:
    """Zooms in at the spike until steps are single: the last time, the highest value each time."""
    page.goto(f"http://127.0.0.1:{port}/run?id={run_id}")
    drawn_at(page)
    settle(page)
    seen: list[float] = []
    while True:
        took = _drag(page, spike_step(points))
        low, high = page.evaluate(f"() => {FIGURE}.layout.xaxis.range")
        if high - low < 2_000:
            page.evaluate(EXACT_AT)
            let_go = float(page.evaluate("() => window.released"))
            seen.append(float(page.evaluate(HIGHEST)))
            return took - let_go, seen
        seen.append(float(page.evaluate(HIGHEST)))


def _drag(page: Any, step: int) -> float:
    """Drags over an eighth of the chart around a step; when what followed was on screen."""
    box = page.locator(LOSS).bounding_box()
    low, high = page.evaluate(f"() => {FIGURE}.layout.xaxis.range")
    middle = box["x"] + box["width"] * (step - low) / (high - low)
    half = box["width"] / 16
    y = box["y"] + box["height"] / 2
    pressed_at(page, "mouseup", "released")
    page.mouse.move(max(box["x"] + 1, middle - half), y)
    page.mouse.down()
    page.mouse.move(min(box["x"] + box["width"] - 1, middle + half), y, steps=4)
    page.mouse.up()
    page.wait_for_function(
        "([low, high]) => { const [a, b] = "
        f"{FIGURE}.layout.xaxis.range; return b - a < 0.5 * (high - low) }}",
        arg=[low, high],
    )
    if (high - low) / 8 < 2_000:
        return float(page.evaluate(EXACT_AT))
    return 0.0
