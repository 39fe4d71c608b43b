"""Small real runs, and what tests ask of their events."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from engine.command import override
from engine.config import RunConfig
from engine.events import EVENT, Evaluation, Event, Finished, Steps

PROJECT = Path(__file__).parents[2]

# Dropout, clipping, momentum and a schedule: everything a resume could get wrong. 8 steps an epoch.
EVERYTHING = (
    "data=digits",
    "data.limit=700",
    "model=mlp",
    "model.hidden=16",
    "model.dropout=0.3",
    "optimizer=adamw",
    "schedule=cosine",
    "schedule.warmup_steps=5",
    "training.clip_norm=1.0",
    "training.epochs=4",
    "training.checkpoint_seconds=0",
    "hardware.device=cpu",
    "hardware.threads=1",
)


def small(*assignments: str) -> RunConfig:
    """The run above with changes."""
    return override(RunConfig(), [*EVERYTHING, *assignments])


def curve(events: Iterable[Event], metric: str = "train/loss") -> dict[int, float]:
    """Value by step; a step told twice must have the same value."""
    points: dict[int, float] = {}
    for event in events:
        if isinstance(event, Steps):
            values = event.metrics[metric]
            for step, value in enumerate(values, start=event.step - len(values) + 1):
                assert points.setdefault(step, value) == value
    return points


def evaluations(events: Iterable[Event]) -> dict[tuple[str, int], dict[str, float]]:
    """Metrics by split and epoch."""
    return {(e.split, e.epoch): e.metrics for e in events if isinstance(e, Evaluation)}


def last(events: list[Event]) -> Finished:
    """The last event, which must be the end."""
    assert isinstance(events[-1], Finished)
    return events[-1]


def in_process(config: RunConfig, folder: Path, fault: str = "") -> tuple[int, list[Event], str]:
    """Trains in another process; exit code, the events it printed, what it complained of."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from engine.config import RunConfig\n"
        "from engine.train import train\n"
        "for event in train(RunConfig.model_validate_json(sys.argv[1]), Path(sys.argv[2])):\n"
        "    print(event.model_dump_json(), flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, config.model_dump_json(), str(folder)],
        env={**os.environ, "TRAINYARD_FAULT": fault},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    return done.returncode, [EVENT.validate_json(line) for line in lines], done.stderr
