"""How well classes are told apart: accuracy, F1, curves, confusion matrix, the worst mistakes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from engine import metrics
from engine.data.shuffle import Purpose, mix
from engine.data.tokens import Characters
from engine.evaluation import watched, worst
from engine.evaluation.baseline import text_baseline
from engine.evaluation.class_tables import class_table, confused_table
from engine.evaluation.curves import class_curves
from engine.evaluation.outputs import outputs_of
from engine.events import Evaluation
from engine.loop.parts import TensorPart
from engine.loop.setup import Setup
from engine.metrics.classes import Floats, Labels

MANY = 10
"""classes above which being among the best five is a metric too, and confusions are listed"""
MOST_CONFUSION = 100
"""classes above which the matrix is left out: nobody could read it, and it grows as a square"""
LIVE = frozenset({"accuracy", "top_5_accuracy", "f1", "roc_auc"})
"""metrics of a validation part, each of which is a curve on the page"""


def evaluate(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    """`blank` with its metrics and panels filled in; also for the nodes of a graph.

    A loss that is not finite stands alone: nothing else could be said of such outputs. What costs
    more than a look at the outputs is kept for the test: intervals and the worst samples.
    """
    outputs = outputs_of(model, part)
    loss = setup.loss(outputs, part.targets).item()
    if not math.isfinite(loss):
        return blank.model_copy(update={"metrics": {"loss": loss}})
    scores = outputs.cpu().numpy().astype(np.float64)
    labels = part.targets.cpu().numpy()
    classes = setup.card.classes
    counts = metrics.confusion(labels, scores.argmax(axis=1), len(classes))
    found, panels = _seen(scores, labels, counts, classes)
    if blank.split == "test":
        losses = metrics.log_losses(scores, labels)
        found |= _tested(loss, losses, counts)
        panels["worst"] = worst.of_classes(setup, "test", losses, labels, scores.argmax(axis=1))
        panels["intervals"] = _intervals(setup, blank.step, scores, labels, found)
        panels |= _beside(setup)
    else:
        found = {name: value for name, value in found.items() if name in LIVE}
        panels["watched"] = watched.of_classes(setup, scores, labels)
    return blank.model_copy(update={"metrics": {"loss": loss, **found}, **panels})


def _seen(
    scores: Floats, labels: Labels, counts: Labels, classes: tuple[str, ...]
) -> tuple[dict[str, float], dict[str, Any]]:
    """What an epoch's end can afford: a few milliseconds for 1,000 samples."""
    found = {"accuracy": metrics.accuracy(counts)}
    if len(classes) > MANY:
        found["top_5_accuracy"] = metrics.top(scores, labels, 5)
    f1 = metrics.f1(counts)
    if f1 is not None:
        found["f1"] = f1
    areas, panels = class_curves(metrics.probabilities(scores), labels, classes)
    tables = [class_table(counts, classes)]
    if len(classes) > MANY and (confused := confused_table(counts, classes)):
        tables.append(confused)
    shown = counts.tolist() if len(classes) <= MOST_CONFUSION else []
    return {**found, **areas}, {**panels, "confusion": shown, "tables": tables}


def _tested(loss: float, losses: NDArray[np.float64], counts: Labels) -> dict[str, float]:
    """What stands beside these in the test; the log loss only where another loss was trained on."""
    precision, recall = metrics.precision_and_recall(counts)
    occurs = (counts.sum(axis=0) + counts.sum(axis=1)) > 0
    chosen = [1] if len(counts) == 2 else np.flatnonzero(occurs)
    found = {
        "precision": float(precision[chosen].mean()),
        "recall": float(recall[chosen].mean()),
    }
    if not math.isclose(losses.mean(), loss, rel_tol=1e-4, abs_tol=1e-5):
        found["log_loss"] = float(losses.mean())
    return found


def _beside(setup: Setup) -> dict[str, Any]:
    """What a simple method reaches on the same texts; nothing for other data."""
    tokens = getattr(setup.config.data, "tokens", None)
    found = text_baseline(setup.prepared, characters=isinstance(tokens, Characters))
    return {"baseline_name": found.name, "baseline": found.metrics} if found else {}


def _intervals(
    setup: Setup, step: int, scores: Floats, labels: Labels, found: dict[str, float]
) -> dict[str, list[float]]:
    """Of the metrics that are shown. The resamples are a function of seed and step."""
    seed = mix(setup.config.training.seed, Purpose.EVALUATION, step)
    losses = metrics.log_losses(scores, labels)
    intervals = metrics.of_classes(scores, labels, losses, seed)
    if "log_loss" in found:
        intervals["log_loss"] = intervals.pop("loss")
    return {name: ends for name, ends in intervals.items() if name in found or name == "loss"}
