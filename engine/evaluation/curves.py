"""ROC, precision over recall and calibration of a classification, few enough to be read."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import metrics
from engine.events import Curve
from engine.metrics.classes import Floats, Labels

MOST = 10
"""curves in one picture; of more classes those that are told apart worst"""
POINTS = 400
"""of all curves of a picture together: an evaluation comes with every epoch"""

Areas = dict[str, float]


def class_curves(
    probabilities: Floats, labels: Labels, classes: tuple[str, ...]
) -> tuple[Areas, dict[str, Any]]:
    """`roc_auc`, `average_precision` and `calibration_error`; the curves by field of `Evaluation`.

    Two classes have one curve, more have one each against the rest, and the mean of the areas.
    A mean is left out where a class has no area: it would mislead.
    """
    numbers = [1] if len(classes) == 2 else list(range(len(classes)))
    found = {each: metrics.hits(labels == each, probabilities[:, each]) for each in numbers}
    rates = {each: metrics.roc(*hits) for each, hits in found.items()}
    recalls = {each: metrics.precision_recall(*hits) for each, hits in found.items()}
    areas = {each: metrics.area(*points) for each, points in rates.items() if points}
    precise = {each: metrics.average_precision(*p) for each, p in recalls.items() if p}
    error, calibration = _calibration(probabilities, labels, classes)
    means = {
        **_mean("roc_auc", areas, len(numbers)),
        **_mean("average_precision", precise, len(numbers)),
        "calibration_error": error,
    }
    return means, {
        "roc": _drawn(rates, areas, classes),
        "precision_recall": _drawn(recalls, precise, classes),
        "calibration": [calibration],
    }


def _mean(name: str, areas: dict[int, float], wanted: int) -> Areas:
    return {name: float(np.mean(list(areas.values())))} if len(areas) == wanted else {}


def _drawn(
    points: dict[int, tuple[Floats, Floats] | None],
    areas: dict[int, float],
    classes: tuple[str, ...],
) -> list[Curve]:
    """In the order of the classes; of too many the lowest areas."""
    shown = sorted(sorted(areas, key=lambda each: areas[each])[:MOST])
    each = max(2, POINTS // max(1, len(shown)))
    return [
        metrics.drawn_curve(classes[number], *found, points=each)
        for number in shown
        if (found := points[number]) is not None
    ]


def _calibration(
    probabilities: Floats, labels: Labels, classes: tuple[str, ...]
) -> tuple[float, Curve]:
    """Of two classes the second one's probability; of more, that of the class named."""
    if len(classes) == 2:
        label, forecast, happened = classes[1], probabilities[:, 1], labels == 1
    else:
        named = probabilities.argmax(axis=1)
        label, forecast, happened = "class named", probabilities.max(axis=1), named == labels
    means, shares, numbers = metrics.calibration(happened, forecast)
    curve = Curve(label=label, x=means.round(5).tolist(), y=shares.round(5).tolist())
    return metrics.calibration_error(means, shares, numbers), curve
