"""A cross-validation as its trainer would tell of it, without training."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from engine.events import CrossValidation, Evaluation, Finished, Started, Steps
from engine.metrics.spread import spreads
from jobs.events import Claimed, Record

STEPS_PER_EPOCH, EPOCHS = 20, 2
STEPS = STEPS_PER_EPOCH * EPOCHS
"""of a fold"""
SETTINGS = {"data": {"kind": "mnist", "split": {"folds": 3}}}


def accuracy(fold: int) -> float:
    """Of the test of a fold."""
    return 0.9 + 0.02 * fold


def loss(fold: int, step: int) -> float:
    """Of a step within a fold, from 1."""
    return 2.3 * math.exp(-step / 12) + 0.1 * fold + 0.05 * math.sin(5 * step + fold)


def begun(fold: int, folds: int = 3, began: float | None = None) -> list[Record]:
    """The first words: of the attempt in the first fold, then of each fold."""
    now = _time(fold, 0, began)
    claimed = Claimed(time=now, attempt=1, worker="w1", machine="here", device="cpu")
    started = Started(
        time=now,
        fold=fold,
        folds=folds,
        fold_begin=(fold - 1) * STEPS,
        step=(fold - 1) * STEPS,
        task="classification",
        device="cpu",
        device_name="A processor",
        parameters=50_826,
        epochs=EPOCHS,
        steps_per_epoch=STEPS_PER_EPOCH,
        total_steps=folds * STEPS,
        samples={"train": 1017, "validation": 180, "test": 600},
        classes=["no", "yes"],
    )
    return [claimed, started] if fold == 1 else [started]


def steps(fold: int, first: int, end: int, began: float | None = None) -> Steps:
    """The steps `first` to `end` of a fold."""
    numbers = range(first, end + 1)
    losses = [loss(fold, number) for number in numbers]
    return Steps(
        time=_time(fold, end, began),
        fold=fold,
        fold_begin=(fold - 1) * STEPS,
        step=(fold - 1) * STEPS + end,
        epoch=1 + (end - 1) // STEPS_PER_EPOCH,
        seconds=[_time(fold, number, began) for number in numbers],
        metrics={
            "train/loss": losses,
            "train/learning_rate": [0.002 * (1 - number / STEPS) for number in numbers],
            "train/gradient_norm": [value + 0.2 for value in losses],
        },
    )


def evaluation(fold: int, epoch: int, split: str, began: float | None = None) -> Evaluation:
    """Of the validation or the test part of a fold."""
    step = epoch * STEPS_PER_EPOCH
    right = accuracy(fold) - (0.02 * (EPOCHS - epoch) if split == "validation" else 0)
    return Evaluation.model_validate(
        {
            "time": _time(fold, step, began),
            "fold": fold,
            "fold_begin": (fold - 1) * STEPS,
            "step": (fold - 1) * STEPS + step,
            "split": split,
            "epoch": epoch,
            "metrics": {"loss": loss(fold, step) + 0.05, "accuracy": right, "f1": right - 0.01},
            "confusion": [[300 - fold, fold], [fold, 300 - fold]],
        }
    )


def trained(fold: int, began: float | None = None) -> list[Record]:
    """A fold from its first step to its test."""
    return [
        *begun(fold, began=began),
        steps(fold, 1, STEPS_PER_EPOCH, began),
        evaluation(fold, 1, "validation", began),
        steps(fold, STEPS_PER_EPOCH + 1, STEPS, began),
        evaluation(fold, EPOCHS, "validation", began),
        evaluation(fold, EPOCHS, "test", began),
        result(fold),
    ]


def result(done: int, folds: int = 3) -> CrossValidation:
    """What the tests of the first folds say together."""
    tests = [evaluation(fold, EPOCHS, "test").metrics for fold in range(1, done + 1)]
    found = spreads(tests)
    return CrossValidation(
        fold=done,
        fold_begin=(done - 1) * STEPS,
        step=done * STEPS,
        done=done,
        folds=folds,
        means={name: each.mean for name, each in found.items()},
        deviations={
            name: each.deviation for name, each in found.items() if each.deviation is not None
        },
    )


def finished(folds: int = 3) -> Sequence[Record]:
    """All folds and the end."""
    events = [event for fold in range(1, folds + 1) for event in trained(fold)]
    message = f"all {folds} folds done"
    return [*events, Finished(step=folds * STEPS, reason="completed", message=message)]


def _time(fold: int, step: int, began: float | None) -> float:
    """Each fold takes four seconds."""
    start = time.time() - 60 if began is None else began
    return start + 4 * (fold - 1) + step * 0.1
