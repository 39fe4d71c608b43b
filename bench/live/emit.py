"""From `emit()` in a trainer to the screen, alone and with nineteen others who watch the run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from bench.live.screen import FIGURE, STEPS_SEEN
from bench.row import Row, below
from bench.viewers import watching
from bench.writer import Writer, save
from jobs.home import Home
from jobs.yard import Yard

POINTS = 200
PERIOD_SECONDS = 0.1
OTHERS = 19
LIMIT_MS = 100.0
CROWD_LIMIT_MS = 300.0


def measure(page: Any, home: Home, port: int, server: psutil.Process) -> list[Row]:
    """Ten points a second: one viewer, then twenty."""
    yard = Yard.open(home)
    writer = Writer(yard, save(yard), total_steps=10_000)
    writer.begin()
    writer.steps(200)
    page.goto(f"http://127.0.0.1:{port}/run?id={writer.run_id}")
    page.wait_for_function(f"() => {FIGURE}?.data?.[0]?.x.length >= 200")
    alone, cpu = emitted_to_drawn(page, writer, server)
    with watching(port, writer.run_id, OTHERS) as others:
        crowd, crowd_cpu = emitted_to_drawn(page, writer, server)
    writer.close()
    yard.close()
    each = (crowd_cpu - cpu) / OTHERS
    return [
        below("`emit()` to the drawn point, 1 viewer", alone, LIMIT_MS),
        below(f"the same, {OTHERS + 1} viewers", crowd, CROWD_LIMIT_MS),
        Row("received by each viewer at 10 points/s", f"{others.bytes_per_second:,.0f} bytes/s"),
        Row(
            "processor of the server, of one core",
            f"{cpu:.1f} % with 1 viewer, {crowd_cpu:.1f} % with {OTHERS + 1} "
            f"({each:.2f} % for each more)",
        ),
    ]


def emitted_to_drawn(
    page: Any, writer: Writer, server: psutil.Process
) -> tuple[list[float], float]:
    """Milliseconds for each of `POINTS` steps, and the percentage of a core that serving took."""
    page.evaluate(STEPS_SEEN)
    emitted: dict[int, float] = {}
    with processor(server) as used:
        for _ in range(POINTS):
            # The pace is part of what is measured: ten points a second.
            time.sleep(PERIOD_SECONDS)
            emitted[writer.step + 1] = time.time() * 1000
            writer.steps(1)
        page.wait_for_function("(step) => window.seen.some(([s]) => s >= step)", arg=writer.step)
    seen = {int(step): float(at) for step, at in page.evaluate("() => window.seen")}
    return [seen[step] - at for step, at in emitted.items()], used[0]


@contextmanager
def processor(process: psutil.Process) -> Iterator[list[float]]:
    """Percent of one core the process takes inside the block; known at its end."""
    used: list[float] = []
    before, began = sum(process.cpu_times()[:2]), time.monotonic()
    yield used
    seconds = time.monotonic() - began
    used.append(100 * (sum(process.cpu_times()[:2]) - before) / seconds)
