"""Curves over all thresholds: ROC, precision over recall, calibration; and the areas under them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.events import Curve
from engine.metrics.classes import Floats

POINTS = 200
"""of a drawn curve, at most"""
BINS = 10
"""of predicted probabilities, equally wide"""

Flags = NDArray[np.bool_]
Points = tuple[Floats, Floats]


def hits(positive: Flags, scores: Floats) -> Points:
    """True and false positives `(thresholds,)` at every distinct score, from the highest down.

    One point per distinct score, so ties are drawn as the straight line they are.
    """
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    true = np.cumsum(positive[order], dtype=np.float64)[last_of_tie]
    false = np.cumsum(~positive[order], dtype=np.float64)[last_of_tie]
    return true, false


def roc(true: Floats, false: Floats) -> Points | None:
    """False and true positive rates `(points,)` from (0, 0) to (1, 1); None with one class only."""
    if not true[-1] or not false[-1]:
        return None
    return np.append(0, false / false[-1]), np.append(0, true / true[-1])


def precision_recall(true: Floats, false: Floats) -> Points | None:
    """Recall rising and precision `(points,)`; None without a positive.

    It begins at recall 0 with the precision of the highest score, and ends where recall is 1.
    """
    if not true[-1]:
        return None
    recall, precision = true / true[-1], true / (true + false)
    last = int(np.searchsorted(recall, 1.0)) + 1
    return np.append(0, recall[:last]), np.append(precision[0], precision[:last])


def average_precision(recall: Floats, precision: Floats) -> float:
    """Precisions weighted by the recall each adds: no area between points is made up."""
    return float(np.sum(np.diff(recall) * precision[1:]))


def calibration(happened: Flags, forecast: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean forecast, share that happened and number of samples of each bin that has some."""
    bins = np.minimum((forecast * BINS).astype(np.int64), BINS - 1)
    numbers = np.bincount(bins, minlength=BINS).astype(np.float64)
    some = numbers > 0
    means = np.bincount(bins, weights=forecast, minlength=BINS)[some] / numbers[some]
    shares = np.bincount(bins, weights=happened, minlength=BINS)[some] / numbers[some]
    return means, shares, numbers[some]


def calibration_error(means: Floats, shares: Floats, numbers: Floats) -> float:
    """Mean distance of forecast and outcome, weighted by samples (ECE; Guo et al., 2017)."""
    return float(np.sum(np.abs(means - shares) * numbers) / numbers.sum())


def area(x: Floats, y: Floats) -> float:
    """Area under a curve of straight lines."""
    return float(np.trapezoid(y, x))


def drawn_curve(label: str, x: Floats, y: Floats, points: int = POINTS) -> Curve:
    """The curve without what a straight line needs not, at most `points` points of it."""
    bend = np.diff(x)[:-1] * np.diff(y)[1:] - np.diff(y)[:-1] * np.diff(x)[1:]
    keep = np.flatnonzero(np.concatenate([[True], np.abs(bend) > 1e-12, [True]]))
    if len(keep) > points:
        keep = keep[np.linspace(0, len(keep) - 1, points).round().astype(np.int64)]
    return Curve(label=label, x=x[keep].round(5).tolist(), y=y[keep].round(5).tolist())
