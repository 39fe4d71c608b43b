"""Many runs over each other: ten of a million points, and fifty that train."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from bench.live.screen import FRAMES, FRAMES_SEEN, drawn_at, pressed_at, settle
from bench.row import Row, below, percentile
from bench.writer import Writer, save, training
from jobs.home import Home
from jobs.yard import Yard

LONG_LIMIT_MS = 1000.0
MANY_LIMIT_MS = 2000.0
STALL_MS = 1000.0
"""two drawings in a row that did not come"""

TIMES = 5
MANY = 50
PAST_STEPS = 20_000
"""of each run that trains, before it is looked at"""

WATCHED_SECONDS = 20.0
UPDATES_PER_SECOND = 2
LOSS = ":is(.stMain, .ty-ahead[data-shown]) [data-chart=train-loss] .ty-plot"
"""in the page or shown ahead of it, as in `screen.py`"""

UPDATES = f"""() => {{
  window.updates = [];
  const began = performance.now();
  let last = 0;
  const look = () => {{
    const data = document.querySelector('{LOSS}').data;
    const now = data.reduce((sum, {{ x }}) => sum + (x[x.length - 1] ?? 0), 0);
    if (now !== last) window.updates.push(performance.now() - began);
    last = now;
    requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}}"""
"""from now on the moments are written down at which the picture was another one"""


def long_ones(page: Any, port: int, run_ids: Sequence[str], points: int) -> list[Row]:
    """From the press on Compare to all curves."""
    times = [_compare(page, port, run_ids) for _ in range(TIMES + 1)][1:]
    return [below(f"{len(run_ids)} runs of {points:,} points overlaid", times, LONG_LIMIT_MS)]


def live_ones(page: Any, home: Home, port: int) -> list[Row]:
    """Fifty runs that train: opened, then watched for a while."""
    yard = Yard.open(home)
    writers = [Writer(yard, save(yard), total_steps=1_000_000) for _ in range(MANY)]
    for writer in writers:
        writer.begin()
        for _ in range(PAST_STEPS // 500):
            writer.steps(500)
    _stored(yard, writers)
    ids = [writer.run_id for writer in writers]
    with training(writers, steps=1):
        times = [_compare(page, port, ids) for _ in range(TIMES)]
        page.evaluate(FRAMES)
        page.evaluate(UPDATES)
        page.wait_for_timeout(WATCHED_SECONDS * 1000)
        frames = [float(each) for each in page.evaluate(FRAMES_SEEN)]
        updates = [float(each) for each in page.evaluate("() => window.updates")]
    for writer in writers:
        writer.close()
    yard.close()
    rate = len(updates) / WATCHED_SECONDS
    pause = max(after - before for before, after in pairwise([0.0, *updates])) if updates else 1e9
    p95 = percentile(frames, 0.95)
    return [
        below(f"{MANY} live runs overlaid", times, MANY_LIMIT_MS),
        Row(
            "then drawn anew",
            f"{rate:.1f} times a second, longest pause {pause:,.0f} ms",
            f"{UPDATES_PER_SECOND} Hz, no pause ≥ {STALL_MS:,.0f} ms",
            rate >= 0.9 * UPDATES_PER_SECOND and pause < STALL_MS,
        ),
        Row(
            "time between frames meanwhile",
            f"median {percentile(frames, 0.5):.0f} ms, p95 {p95:.0f} ms, "
            f"longest {max(frames):.0f} ms",
        ),
    ]


def _stored(yard: Yard, writers: Sequence[Writer]) -> None:
    """Waits until the recorder has everything: what is opened is a history, not a backlog."""
    deadline = time.monotonic() + 120
    while any(len(yard.history.curve(w.run_id, "train/loss")) < PAST_STEPS for w in writers):
        if time.monotonic() > deadline:
            raise SystemExit("the recorder is behind")
        # Asking takes processor time from the recorder that is waited for.
        time.sleep(0.5)


def _compare(page: Any, port: int, run_ids: Sequence[str]) -> float:
    """From the press on Compare, the runs being selected in the list, to the last curve."""
    page.goto(f"http://127.0.0.1:{port}/runs?selected={','.join(run_ids)}")
    button = page.get_by_role("button", name="Compare", exact=True)
    button.wait_for()
    settle(page)
    pressed_at(page, "click", "pressed")
    button.click()
    drawn = drawn_at(page, LOSS, len(run_ids))
    return drawn - float(page.evaluate("() => window.pressed"))
