"""How well classes are told apart: accuracy, F1, ROC, confusion matrix."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from torch import nn

from engine import metrics
from engine.evaluation.outputs import outputs_of
from engine.events import Curve, Evaluation
from engine.parts import TensorPart
from engine.setup import Setup


def evaluate(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    """`blank` with its metrics and panels filled in; also for the nodes of a graph.

    A loss that is not finite stands alone: nothing else could be said of such outputs.
    """
    outputs = outputs_of(model, part)
    loss = setup.loss(outputs, part.targets).item()
    if not math.isfinite(loss):
        return blank.model_copy(update={"metrics": {"loss": loss}})
    scores = outputs.cpu().numpy().astype(np.float64)
    found, panels = _classification(scores, part.targets.cpu().numpy(), setup.card.classes)
    return blank.model_copy(update={"metrics": {"loss": loss, **found}, **panels})


def _classification(
    scores: NDArray[np.float64], labels: NDArray[np.int64], classes: tuple[str, ...]
) -> tuple[dict[str, float], dict[str, object]]:
    counts = metrics.confusion(labels, scores.argmax(axis=1), len(classes))
    found = {"accuracy": metrics.accuracy(counts)}
    f1 = metrics.f1(counts)
    if f1 is not None:
        found["f1"] = f1
    curves, areas = _roc(_probabilities(scores), labels, classes)
    if areas:
        found["roc_auc"] = float(np.mean(areas))
    return found, {"confusion": counts.tolist(), "roc": curves}


def _roc(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], classes: tuple[str, ...]
) -> tuple[list[Curve], list[float]]:
    """A curve for each class that has one; areas only if all have, for the mean would mislead."""
    numbers = [1] if len(classes) == 2 else range(len(classes))
    curves: list[Curve] = []
    areas: list[float] = []
    for number in numbers:
        rates = metrics.roc(labels == number, probabilities[:, number])
        if rates is not None:
            curves.append(metrics.drawn_curve(classes[number], *rates))
            areas.append(metrics.area(*rates))
    return curves, areas if len(areas) == len(numbers) else []


def _probabilities(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares
