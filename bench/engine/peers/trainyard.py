"""Our engine as a trainer runs it: every step told through telemetry into a real stream."""

from __future__ import annotations

import time

from bench.engine.task import Task
from engine.events import Finished, Steps
from engine.train import train
from jobs.connect import connect_unretried
from jobs.home import Home
from jobs.ids import new_id
from jobs.journal import Journal
from jobs.telemetry import Telemetry


def run(task: Task) -> tuple[float, float]:
    """Between the first and the last flush of the measured steps."""
    home = Home.from_environment()
    run_id = new_id()
    folder = home.run(run_id)
    folder.mkdir(parents=True)
    telemetry = Telemetry(connect_unretried(home), run_id, Journal(folder, 1))
    marks: list[tuple[int, float, float]] = []
    for event in train(task.config, folder):
        telemetry.emit(event)
        if isinstance(event, Steps) and event.step >= task.warm:
            marks.append((event.step, event.seconds[-1], time.process_time()))
        if isinstance(event, Finished):
            break
    telemetry.close()
    (step, began, cpu), (last, ended, cpu_then) = marks[0], marks[-1]
    steps = last - step
    return 1e6 * (ended - began) / steps, 1e6 * (cpu_then - cpu) / steps
