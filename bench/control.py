"""`./trainyard bench control [TIMES]`: from asking a run to its answer on the stream.

A real worker and its trainer; the answer is `obeyed` with the step, before the checkpoint is
written. Then how long until the device is free, and until a resumed run trains again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import redis

from bench.row import HEAD, Row, percentile, spread
from bench.stand import process, stand
from engine.config import RunConfig
from engine.settings.command import override
from jobs.permitted import Op
from jobs.services import commands, runs
from jobs.wire import keys
from jobs.wire.packing import unpack
from jobs.yard import Yard

TIMES = 100
LIMIT_MS = 250.0
PATIENCE_SECONDS = 120.0
SETTINGS = (
    "preset=digits_mlp",
    "hardware.threads=1",
    "training.batch_size=8",
    "training.epochs=100000",
    "training.checkpoint_seconds=600",
)

Event = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Prints the table; exit code 1 when a target was missed."""
    times = int(arguments[0]) if arguments else TIMES
    print(*HEAD, sep="\n")
    with stand() as home, process("jobs.recorder"), process("jobs.worker"):
        yard = Yard.open(home)
        rows = _measure(yard, times)
        yard.close()
    return int(any(not row.reached for row in rows))


def _measure(yard: Yard, times: int) -> list[Row]:
    run = Told(yard.redis, runs.launch(yard, override(RunConfig(), list(SETTINGS))))
    run.wait_for("steps")
    saved = [run.asked(yard, "checkpoint") for _ in range(times)]
    paused, freed, back = list[float](), list[float](), list[float]()
    for _ in range(times):
        paused.append(run.asked(yard, "pause"))
        began = time.perf_counter()
        run.wait_for("finished")
        freed.append(paused[-1] + 1000 * (time.perf_counter() - began))
        _await_status(yard, run.id, "paused")
        began = time.perf_counter()
        commands.ask(yard, run.id, "resume")
        run.wait_for("steps")
        back.append(1000 * (time.perf_counter() - began))
    stopped = [_stopped(yard) for _ in range(max(1, times // 4))]
    commands.ask(yard, run.id, "stop")
    run.wait_for("finished")
    rows = [
        Row("of it: asked to written down", _worst(run.writing)),
        _answered("a checkpoint: asked to answered", saved),
        _answered("a pause: asked to answered", paused),
        _answered("a stop: asked to answered", stopped),
        Row("a pause: asked to saved, device free", spread(freed)),
        Row("a resume: asked to training again", spread(back)),
    ]
    print(*(row.line for row in rows), sep="\n")
    return rows


def _stopped(yard: Yard) -> float:
    """Of another run, which has the device while the first one is paused."""
    first = runs.list(yard)[-1]
    commands.ask(yard, first.id, "pause")
    run = Told(yard.redis, runs.launch(yard, override(RunConfig(), list(SETTINGS))))
    run.wait_for("steps")
    taken = run.asked(yard, "stop")
    run.wait_for("finished")
    commands.ask(yard, first.id, "resume")
    _await_status(yard, first.id, "running")
    return taken


class Told:
    """A run as its stream tells of it."""

    def __init__(self, client: redis.Redis, run_id: str) -> None:
        self.id = run_id
        self._events = _events(client, run_id)
        self.writing: list[float] = []
        """milliseconds of each asking until it was written down and rung for"""

    def asked(self, yard: Yard, op: Op) -> float:
        """Milliseconds from asking, which is written down first, to the answer."""
        began = time.perf_counter()
        commands.ask(yard, self.id, op)
        self.writing.append(1000 * (time.perf_counter() - began))
        while self.wait_for("obeyed")["op"] != op:
            pass
        return 1000 * (time.perf_counter() - began)

    def wait_for(self, kind: str) -> Event:
        """The next event of that kind."""
        return next(event for event in self._events if event["kind"] == kind)


def _events(client: redis.Redis, run_id: str) -> Iterator[Event]:
    last, deadline = "0", time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found: Any = client.xread({keys.events(run_id): last}, block=1000)
        for entry_id, fields in found[0][1] if found else ():
            last, deadline = entry_id, time.monotonic() + PATIENCE_SECONDS
            for _, event in unpack(fields):
                yield event
    raise SystemExit(f"The run was silent for {PATIENCE_SECONDS:.0f} s; see the worker's log.")


def _await_status(yard: Yard, run_id: str, status: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while runs.get(yard, run_id).status != status:
        if time.monotonic() > deadline:
            raise SystemExit(f"The run was not {status} within {PATIENCE_SECONDS:.0f} s.")
        # Asking takes processor time from the recorder that is waited for.
        time.sleep(0.02)


def _answered(what: str, milliseconds: list[float]) -> Row:
    reached = percentile(milliseconds, 0.99) <= LIMIT_MS
    return Row(what, _worst(milliseconds), f"p99 <= {LIMIT_MS:.0f} ms", reached)


def _worst(milliseconds: list[float]) -> str:
    median, worst = (percentile(milliseconds, share) for share in (0.5, 0.99))
    return f"{median:,.0f} ms, p99 {worst:,.0f} ms"
