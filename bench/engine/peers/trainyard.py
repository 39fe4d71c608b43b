"""Our engine as a trainer runs it: every step told through telemetry into a real stream."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.engine.task import Task
from engine.config import RunConfig
from engine.events import Event, Finished, Steps
from engine.settings.command import override
from engine.train import train
from jobs.home import Home
from jobs.ids import new_id
from jobs.wire.connect import connect_unretried
from jobs.wire.journal import Journal
from jobs.wire.telemetry import Telemetry


def run(task: Task) -> tuple[float, float]:
    """Between the first and the last flush of the measured steps."""
    marks: list[tuple[int, float, float]] = []
    for event in told(task.config):
        if isinstance(event, Steps) and event.step >= task.warm:
            marks.append((event.step, event.seconds[-1], time.process_time()))
    (step, began, cpu), (last, ended, cpu_then) = marks[0], marks[-1]
    steps = last - step
    return 1e6 * (ended - began) / steps, 1e6 * (cpu_then - cpu) / steps


def steps(task: Task) -> Iterator[int]:
    """Yields after each flush the number of its steps; without an end."""
    for event in told(override(task.config, ["training.steps=1000000"])):
        if isinstance(event, Steps):
            yield len(event.seconds)


def told(config: RunConfig) -> Iterator[Event]:
    """The events of a run, each after it was handed to telemetry."""
    home = Home.from_environment()
    run_id = new_id()
    folder = home.run(run_id)
    folder.mkdir(parents=True)
    telemetry = Telemetry(connect_unretried(home), run_id, Journal(folder, 1))
    for event in train(config, folder):
        telemetry.emit(event)
        yield event
        if isinstance(event, Finished):
            break
    telemetry.close()
