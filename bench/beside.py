"""What the recorder costs while many runs wait, and how late the events of one that trains are."""

from __future__ import annotations

import time
from typing import Any

import psutil

from bench.row import Row, spread
from engine.events import Finished, Log
from jobs import queue
from jobs.events import Claimed
from jobs.wire import keys
from jobs.wire.connect import connect_unretried
from jobs.wire.journal import Journal
from jobs.wire.telemetry import Telemetry
from jobs.yard import Yard

SECONDS = 15.0
EVERY_SECONDS = 0.25
SETTLING_SECONDS = 20.0


def beside(yard: Yard, run_id: str, recorder: int) -> list[Row]:
    """Of a recorder, by its process id, while everything but `run_id` waits."""
    queue.cancel(yard.redis, [run_id])
    folder = yard.home.run(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    telemetry = Telemetry(connect_unretried(yard.home), run_id, Journal(folder, 1))
    telemetry.emit(Claimed(attempt=1, worker="bench", machine="here", device="cpu"))
    # What is measured is the recorder at rest, after it has taken up ten thousand runs.
    time.sleep(SETTLING_SECONDS)
    process = psutil.Process(recorder)
    # Nothing happens meanwhile: that is what is measured.
    idle = _share(process, lambda: time.sleep(SECONDS))
    delays: list[float] = []
    busy = _share(process, lambda: delays.extend(_delays(yard, run_id, telemetry)))
    telemetry.emit(Finished(reason="completed", message="Done."))
    telemetry.close()
    return [
        Row("the recorder while they wait", f"{100 * idle:.1f} % of a core"),
        Row("the recorder while one tells four times a second", f"{100 * busy:.1f} % of a core"),
        Row("an event of that one: told to stored", spread(delays)),
    ]


def _share(process: psutil.Process, meanwhile: Any) -> float:
    before, began = process.cpu_times(), time.perf_counter()
    meanwhile()
    after, seconds = process.cpu_times(), time.perf_counter() - began
    return (after.user + after.system - before.user - before.system) / seconds


def _delays(yard: Yard, run_id: str, telemetry: Telemetry) -> list[float]:
    """Milliseconds from each event to the word that it was committed."""
    found: list[float] = []
    deadline = time.perf_counter() + SECONDS
    while time.perf_counter() < deadline:
        newest: Any = yard.redis.xrevrange(keys.CHANGES, count=1)
        last = newest[0][0] if newest else "0-0"
        began = time.perf_counter()
        telemetry.emit(Log(message="tick", step=len(found)))
        while not _mine(got := yard.redis.xread({keys.CHANGES: last}, block=5_000), run_id):
            last = got[0][1][-1][0] if got else last
        found.append(1000 * (time.perf_counter() - began))
        # The pace is part of what is measured: one event in a silence.
        time.sleep(EVERY_SECONDS)
    return found


def _mine(found: Any, run_id: str) -> bool:
    return any(fields[b"run"] == run_id.encode() for _, some in found for _, fields in some)
