"""An hour of a run, streamed at speed into an open page: what grows, what stalls?"""

from __future__ import annotations

import time
from typing import Any

import psutil

from bench.live.screen import FIGURE, FRAMES, FRAMES_SEEN, heap_megabytes
from bench.row import Row, percentile
from bench.writer import Writer, save
from jobs.home import Home
from jobs.yard import Yard

HOUR = 3600
RATE = 100
"""steps per second of the run that is told"""

SPEED = 40
"""so many times faster than it would be"""

TICK_SECONDS = 0.05
FRAME_LIMIT_MS = 50.0
GROWTH_LIMIT = 1.25
WARM_SHARE = 0.25
"""of the hour, before the memory that may not grow is measured"""


def measure(page: Any, home: Home, port: int, server: psutil.Process) -> list[Row]:
    """Streams and watches memory and frames."""
    steps = HOUR * RATE
    yard = Yard.open(home)
    writer = Writer(yard, save(yard), total_steps=steps)
    writer.begin()
    writer.steps(1_000)
    page.goto(f"http://127.0.0.1:{port}/run?id={writer.run_id}")
    page.wait_for_function(f"() => {FIGURE}?.data?.[0]?.x.length >= 200")
    _speak(writer, int(steps * WARM_SHARE))
    before = heap_megabytes(page), server.memory_info().rss / 1e6
    page.evaluate(FRAMES)
    began = time.monotonic()
    _speak(writer, steps)
    _drawn(page, steps)
    seconds = time.monotonic() - began
    frames = [float(each) for each in page.evaluate(FRAMES_SEEN)]
    after = heap_megabytes(page), server.memory_info().rss / 1e6
    writer.close()
    yard.close()
    grown = max(new / old for new, old in zip(after, before, strict=True))
    p95 = percentile(frames, 0.95)
    return [
        Row(
            f"an hour at {RATE} steps/s told in {seconds:.0f} s: time between frames",
            f"median {percentile(frames, 0.5):.0f} ms, p95 {p95:.0f} ms, "
            f"longest {max(frames):.0f} ms",
            f"p95 < {FRAME_LIMIT_MS:.0f} ms",
            p95 < FRAME_LIMIT_MS,
        ),
        Row(
            "memory after a quarter of it and at its end",
            f"page {before[0]:.0f} and {after[0]:.0f} MB, "
            f"server {before[1]:.0f} and {after[1]:.0f} MB",
            f"at most {GROWTH_LIMIT:g} times",
            grown < GROWTH_LIMIT,
        ),
    ]


def _speak(writer: Writer, until: int) -> None:
    """Tells of steps, evaluations and hardware as fast as asked."""
    each = int(RATE * SPEED * TICK_SECONDS)
    due = time.monotonic()
    while writer.step < until:
        due += TICK_SECONDS
        writer.steps(min(each, until - writer.step))
        if writer.step % (100 * RATE) < each:
            writer.evaluate()
        for _ in range(each // RATE):
            writer.hardware()
        # The pace is part of what is measured.
        time.sleep(max(0.0, due - time.monotonic()))


def _drawn(page: Any, step: int) -> None:
    page.wait_for_function(
        f"(step) => {FIGURE}.data[0].x.at(-1) >= step",
        arg=step,
        timeout=60_000,
    )
