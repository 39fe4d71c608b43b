"""Gauges of runs and queue: how many in which state, how far those are that train."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import get_args

import redis

from jobs import queue as jobs_queue
from jobs.history.tally import Tally, Training
from jobs.prometheus.text import Family
from jobs.status import Status

MOST_RUNS = 100
"""training at once that have samples of their own, the newest: labels must not grow for ever"""

NAME_LETTERS = 80


def training(found: Tally) -> Iterator[Family]:
    """Runs by status, and for each that trains: step, speed, loss, epoch."""
    runs = Family("trainyard_runs", "Runs by status.")
    for status in get_args(Status):
        runs.add(found.statuses[status], status=status)
    yield runs
    shown = found.training[:MOST_RUNS]
    hidden = Family("trainyard_runs_without_samples", f"Training beyond the newest {MOST_RUNS}.")
    yield hidden.add(len(found.training) - len(shown))
    yield from _of_each(shown)


def _of_each(runs: list[Training]) -> Iterator[Family]:
    families = {
        "step": Family("trainyard_run_step", "Steps the run has done."),
        "total_steps": Family("trainyard_run_total_steps", "Steps the run will take."),
        "epoch": Family("trainyard_run_epoch", "Epoch the run is in, from 1."),
        "steps_per_second": Family("trainyard_run_steps_per_second", "Speed of the last steps."),
        "loss": Family("trainyard_run_loss", "Newest training loss."),
    }
    for run in runs:
        name = run.name[:NAME_LETTERS]
        for field, family in families.items():
            family.add(getattr(run, field), run=run.id, name=name)
    yield from families.values()


def queue(client: redis.Redis, found: Tally | None) -> Iterator[Family]:
    """How many wait for a worker, and how long the one that waits longest."""
    length = Family("trainyard_queue_length", "Jobs that wait for a worker.")
    yield length.add(len(jobs_queue.queued(client)))
    if found is not None:
        since = found.waiting_since
        wait = Family("trainyard_queue_oldest_wait_seconds", "Since the oldest queued run came.")
        yield wait.add(0.0 if since is None else max(0.0, time.time() - since))
