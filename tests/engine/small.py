"""Small real runs, and what tests ask of their events."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable
from pathlib import Path

from engine.config import RunConfig
from engine.distributed.orders import Starter
from engine.distributed.spawned import Spawned
from engine.events import EVENT, Evaluation, Event, Finished, Steps, Timing
from engine.settings.command import override

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
    "training.batch_size=64",
    "training.checkpoint_seconds=0",
    "hardware.device=cpu",
    "hardware.threads=1",
)


def small(*assignments: str) -> RunConfig:
    """The run above with changes."""
    return override(override(RunConfig(), EVERYTHING), assignments)


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


def untimed(events: Iterable[Event]) -> list[Event]:
    """Without the timings, which come by the clock."""
    return [event for event in events if not isinstance(event, Timing)]


def last(events: list[Event]) -> Finished:
    """The last event, which must be the end."""
    assert isinstance(events[-1], Finished)
    return events[-1]


def in_process(
    config: RunConfig, folder: Path, fault: str = "", starter: Starter = Spawned
) -> tuple[int | None, list[Event]]:
    """Trains in another process; its exit code and the events it had written down.

    From a forkserver with torch preloaded, as workers do: 0.1 s instead of 5 s.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["engine.train", "torch._dynamo"])
    written = folder.parent / f"{folder.name}.jsonl"
    written.unlink(missing_ok=True)
    child = context.Process(target=_train_and_write, args=(config, folder, fault, written, starter))
    child.start()
    child.join(timeout=120)
    assert child.exitcode is not None, "the trainer hangs"
    lines = written.read_text().splitlines() if written.exists() else []
    return child.exitcode, [EVENT.validate_json(line) for line in lines]


def _train_and_write(
    config: RunConfig, folder: Path, fault: str, written: Path, starter: Starter
) -> None:
    from engine.train import train

    os.environ["TRAINYARD_FAULT"] = fault
    with written.open("w", buffering=1) as file:
        for event in train(config, folder, starter=starter):
            file.write(event.model_dump_json() + "\n")
