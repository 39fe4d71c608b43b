"""Runs with a past, written the way the recorder writes them: real events, real database."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from engine.config import RunConfig
from engine.events import Checkpoint, Curve, Evaluation, Finished, Log, Started, Steps
from jobs.events import Claimed, Record
from jobs.recording.store import Heard, store
from jobs.services import runs
from jobs.yard import Yard

STEPS_PER_EPOCH = 50


def launched(yard: Yard, **settings: object) -> str:
    """A run that waits for a worker."""
    return runs.launch(yard, RunConfig.model_validate(settings))


def tell(yard: Yard, run_id: str, events: Sequence[Record], attempt: int = 1) -> None:
    """Stores `events` as the whole of an attempt."""
    heard = [Heard(attempt, seq, event) for seq, event in enumerate(events, 1)]
    with yard.history.writing() as connection:
        store(connection, run_id, heard)


def trained(yard: Yard, run_id: str, epochs: int = 3, began: float | None = None) -> list[Record]:
    """The events of an undisturbed classification run with two classes, without its end."""
    start = time.time() - 60 if began is None else began
    total = epochs * STEPS_PER_EPOCH
    config = runs.get(yard, run_id).config
    events: list[Record] = [
        Claimed(time=start, attempt=1, worker="w1", machine="here", device="cpu"),
        Started(
            time=start,
            task="classification",
            device="cpu",
            device_name="A processor",
            parameters=93_322,
            epochs=epochs,
            steps_per_epoch=STEPS_PER_EPOCH,
            total_steps=total,
            samples={"train": 3500, "validation": 750, "test": 750},
            classes=["no", "<b>yes</b>"],
        ),
    ]
    rate = config.optimizer.learning_rate
    for epoch in range(1, epochs + 1):
        events += [_steps(epoch, start, rate), _evaluation("validation", epoch, start)]
    events.append(
        Checkpoint(
            time=start + 30, step=total, name=f"step-{total}-a1", bytes=1_200_000, seconds=0.02
        )
    )
    return events


def finished(yard: Yard, run_id: str, epochs: int = 3, began: float | None = None) -> None:
    """Trains and tests the run, to the end."""
    events = trained(yard, run_id, epochs, began)
    last = events[-1]
    events += [
        _evaluation("test", epochs, last.time),
        Log(time=last.time, step=last.step, message="tested on 750 samples"),
        Finished(time=last.time + 1, step=last.step, reason="completed"),
    ]
    tell(yard, run_id, events)


def failed(yard: Yard, run_id: str, message: str = "loss became NaN at step 51") -> None:
    """The loss is lost in the second epoch."""
    events = [event for event in trained(yard, run_id) if event.step <= STEPS_PER_EPOCH]
    bad = Steps(
        time=events[-1].time,
        step=51,
        epoch=2,
        seconds=[events[-1].time],
        metrics={"train/loss": [math.nan]},
    )
    tell(yard, run_id, [*events, bad, Finished(step=51, reason="failed", message=message)])


def _steps(epoch: int, start: float, rate: float) -> Steps:
    steps = range((epoch - 1) * STEPS_PER_EPOCH + 1, epoch * STEPS_PER_EPOCH + 1)
    noise = [0.12 * math.sin(7.3 * step + rate * 1e4) for step in steps]
    return Steps(
        time=start + epoch * 5,
        step=steps[-1],
        epoch=epoch,
        seconds=[start + step * 0.1 for step in steps],
        metrics={
            "train/loss": [
                2.3 * math.exp(-step / 60) + 0.2 + wave * math.exp(-step / 200)
                for step, wave in zip(steps, noise, strict=True)
            ],
            "train/learning_rate": [rate for _ in steps],
            "train/gradient_norm": [1 + wave for wave in noise],
        },
    )


def _evaluation(split: str, epoch: int, start: float) -> Evaluation:
    right = 330 + 12 * min(epoch, 3)
    return Evaluation.model_validate(
        {
            "time": start + epoch * 5,
            "step": epoch * STEPS_PER_EPOCH,
            "split": split,
            "epoch": epoch,
            "metrics": {
                "loss": 0.6 / epoch,
                "accuracy": 2 * right / 750,
                "f1": 2 * right / 760,
                "roc_auc": 0.97,
            },
            "confusion": [[right, 375 - right], [375 - right, right]],
            "roc": [Curve(label="<b>yes</b>", x=[0.0, 0.05, 1.0], y=[0.0, 0.93, 1.0])],
        }
    )
