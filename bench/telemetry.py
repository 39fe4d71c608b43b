"""`./trainyard bench telemetry`: what telling costs a run whose steps take about 10 ms.

A real training in this process, told as a trainer tells it: events to the journal and to a real
server, a thread that listens for commands, one that measures the hardware each second. Counted is
processor time, so that what else the machine does falls on nobody: that of the threads beside the
training, and in the training's own thread the fetching of losses and the handing over of events.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import torch

from bench.stand import stand
from engine import train as loop
from engine.config import RunConfig
from engine.events import Event
from engine.loop.setup import Setup
from engine.loop.state import TrainState
from engine.loop.steps import Pending
from engine.loop.telling import tell
from engine.settings.command import override
from jobs.home import Home
from jobs.ids import new_id
from jobs.working.forkserver import Request
from jobs.working.owner import Owner
from jobs.working.trainer import Attempt

STEP_MS = 10.0
TARGET_PERCENT = 1.0
WARM_STEPS = 50
SETTINGS = (
    "data=mnist",
    "model=mlp",
    "model.hidden=[1024,512]",
    "training.batch_size=128",
    "training.epochs=40",
    "training.keep_best=false",
    "data.split.validation=0",
    "data.split.test=0",
    "hardware.device=cpu",
    "hardware.threads=1",
)


@dataclass
class Cost:
    """Seconds of processor time that telling took."""

    fetching: float = 0.0
    """of `tell`: losses from the device into an event"""

    def tell(self, pending: Pending, state: TrainState, setup: Setup) -> list[Event]:
        """The engine's `tell`, measured."""
        began = time.thread_time()
        found = tell(pending, state, setup)
        self.fetching += time.thread_time() - began
        return found


@dataclass(frozen=True)
class Taken:
    """Clocks at one moment."""

    step: int
    wall: float
    process: float
    thread: float
    fetching: float
    handing: float


def main(_: Sequence[str]) -> int:
    """Prints the shares; exit code 1 when the target was missed."""
    torch.set_num_threads(1)
    with stand() as home:
        first, last = _measured(home, override(RunConfig(), list(SETTINGS)))
    steps = last.step - first.step
    thread, process = last.thread - first.thread, last.process - first.process
    rows = {
        "threads beside the training": process - thread,
        "fetching losses": last.fetching - first.fetching,
        "handing events over": last.handing - first.handing,
    }
    # A step of this machine may take 5 or 15 ms; what telling costs is by the second.
    seconds = last.wall - first.wall
    print(f"{steps:,} steps of {1000 * seconds / steps:.1f} ms\n")
    print("| processor time | µs a second | share |\n|---|---|---|")
    for what, cost in [*rows.items(), ("all of it", sum(rows.values()))]:
        print(f"| {what} | {1e6 * cost / seconds:,.0f} | {100 * cost / seconds:.2f} % |")
    percent = 100 * sum(rows.values()) / seconds
    verdict = "ok" if percent < TARGET_PERCENT else "MISSED"
    print(f"\nof a step of {STEP_MS:g} ms: {percent:.2f} %, asked for less than 1 %: {verdict}")
    return int(percent >= TARGET_PERCENT)


def _measured(home: Home, config: RunConfig) -> tuple[Taken, Taken]:
    """Clocks at the end of the first steps and at the end."""
    cost, handing = Cost(), 0.0
    # The loop has no place for a stopwatch, and shall have none: it is put around from outside.
    loop.tell = cost.tell  # type: ignore[attr-defined]
    attempt = _attempt(home, config)
    taken: list[Taken] = []
    with closing(loop.train(config, attempt.folder)) as events:
        for event in events:
            began = time.thread_time()
            attempt.telemetry.emit(event)
            attempt.must_end()
            handing += time.thread_time() - began
            if event.step >= WARM_STEPS:
                clocks = (time.perf_counter(), time.process_time(), time.thread_time())
                taken.append(Taken(event.step, *clocks, cost.fetching, handing))
    attempt.telemetry.close()
    # The last events are those of the run's end: a checkpoint is not telling.
    last = max(one.step for one in taken)
    return taken[0], next(one for one in taken if one.step == last)


def _attempt(home: Home, config: RunConfig) -> Attempt:
    run_id = new_id()
    home.run(run_id).mkdir(parents=True)
    reading, _ = os.pipe()
    request = Request(run_id, 1, config.model_dump_json(), str(home.root), {})
    return Attempt(request, Owner(reading))
