"""A run as the charts need it: state, progress, where it runs, what one step is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobs.history import Record
from jobs.run import Run

FIELDS = (
    "id",
    "name",
    "status",
    "cause",
    "created",
    "started",
    "ended",
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
    "diverged",
)


def describe(run: Run, records: Sequence[Record]) -> dict[str, Any]:
    """JSON-ready. `signature` changes when the page's own panels have something new to show."""
    told = {name: getattr(run, name) for name in FIELDS}
    kinds = [record.kind for record in records]
    told["batch_size"] = run.config.training.batch_size
    told["signature"] = "/".join(
        [
            run.status,
            str(run.attempt),
            str(kinds.count("evaluation")),
            str(kinds.count("checkpoint")),
        ]
    )
    return told
