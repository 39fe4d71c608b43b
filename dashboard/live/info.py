"""A run as the charts need it: state, progress, where it runs, what one step is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.loop.best import RISING
from jobs.run import Run

FIELDS = (
    "id",
    "name",
    "status",
    "cause",
    "created",
    "started",
    "ended",
    "worked",
    "since",
    "desired",
    "attempt",
    "machine",
    "worker",
    "device",
    "device_name",
    "step",
    "total_steps",
    "epoch",
    "epochs",
    "fold",
    "folds",
    "diverged",
)


def describe(run: Run, counts: Mapping[str, int]) -> dict[str, Any]:
    """JSON-ready. `signature` changes when the page's own panels have something new to show.

    `counts`: the run's events by kind.
    """
    told = {name: getattr(run, name) for name in FIELDS}
    training = None if run.script else run.config.training
    told["batch_size"] = training and training.batch_size
    told["best_by"] = training and training.best_by
    told["rising"] = training is not None and training.best_by in RISING
    told["explores"] = not run.script and run.config.schedule.explores
    told["forked"] = None if run.script or not run.config.start else run.config.start.step
    told["signature"] = "/".join(
        [
            run.status,
            str(run.attempt),
            str(counts.get("evaluation", 0)),
            str(counts.get("checkpoint", 0)),
            str(counts.get("changed", 0) + counts.get("obeyed", 0)),
        ]
    )
    return told
