"""Metrics of one pass, in NumPy: equal to scikit-learn's (tests compare them).

scikit-learn itself would cost 1.8 s of import before the first evaluation, and 10 to 20 ms an
epoch, more than an epoch of a small model. What is undefined is left out, never made up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.events import Curve

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

ROC_POINTS = 200


def confusion(labels: Labels, predicted: Labels, classes: int) -> Labels:
    """Counts `(classes, classes)`: rows are true classes, columns predicted ones."""
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def accuracy(counts: Labels) -> float:
    """Share of right answers in a confusion matrix."""
    return float(np.trace(counts) / counts.sum())


def f1(counts: Labels) -> float | None:
    """F1 of class 1 when there are two classes, else the mean over the classes that occur.

    None when it is undefined: two classes, and class 1 neither occurs nor is predicted.
    """
    right = np.diag(counts)
    either = counts.sum(axis=0) + counts.sum(axis=1)
    if len(counts) == 2:
        return float(2 * right[1] / either[1]) if either[1] else None
    occurs = either > 0
    return float(np.mean(2 * right[occurs] / either[occurs]))


def roc(positive: NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats] | None:
    """False and true positive rates `(points,)` from (0, 0) to (1, 1); None with one class only.

    One point per distinct score, so ties are drawn as the straight line they are.
    """
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return None
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    true = np.append(0, np.cumsum(positive[order])[last_of_tie])
    false = np.append(0, np.cumsum(~positive[order])[last_of_tie])
    return false / negatives, true / positives


def area(x: Floats, y: Floats) -> float:
    """Area under a curve of straight lines."""
    return float(np.trapezoid(y, x))


def drawn_curve(label: str, x: Floats, y: Floats) -> Curve:
    """The curve without the points a straight line needs not, at most `ROC_POINTS` of them."""
    bend = np.diff(x)[:-1] * np.diff(y)[1:] - np.diff(y)[:-1] * np.diff(x)[1:]
    keep = np.flatnonzero(np.concatenate([[True], np.abs(bend) > 1e-12, [True]]))
    if len(keep) > ROC_POINTS:
        keep = keep[np.linspace(0, len(keep) - 1, ROC_POINTS).round().astype(np.int64)]
    return Curve(label=label, x=x[keep].round(5).tolist(), y=y[keep].round(5).tolist())


def regression(targets: Floats, predictions: Floats) -> dict[str, float]:
    """`mse`, `mae`, and `r2` unless all targets are equal."""
    errors = predictions - targets
    found = {"mse": float(np.mean(errors**2)), "mae": float(np.mean(np.abs(errors)))}
    spread = float(np.sum((targets - targets.mean()) ** 2))
    if spread > 0:
        found["r2"] = 1 - float(np.sum(errors**2)) / spread
    return found
