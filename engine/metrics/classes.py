"""How often the right class was named. Counts `(classes, classes)`: rows are true classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def probabilities(scores: Floats) -> Floats:
    """Softmax of scores `(samples, classes)`."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def log_losses(scores: Floats, labels: Labels) -> Floats:
    """The negative logarithm of the true class's probability, `(samples,)`, in nats."""
    highest = scores.max(axis=1)
    total = highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1))
    losses: Floats = total - scores[np.arange(len(labels)), labels]
    return losses


def confusion(labels: Labels, predicted: Labels, classes: int) -> Labels:
    """Counts `(classes, classes)`: rows are true classes, columns predicted ones."""
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def accuracy(counts: Labels) -> float:
    """Share of right answers in a confusion matrix."""
    return float(np.trace(counts) / counts.sum())


def top(scores: Floats, labels: Labels, number: int) -> float:
    """Share of samples whose true class is among the `number` highest scores; a tie counts."""
    true = scores[np.arange(len(labels)), labels]
    return float(np.mean((scores > true[:, None]).sum(axis=1) < number))


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


def precision_and_recall(counts: Labels) -> tuple[Floats, Floats]:
    """Of each class `(classes,)`: how many named so are right, and how many of it are found.

    0 where nothing was named so, or nothing occurs, as scikit-learn has it.
    """
    right = np.diag(counts)
    named, true = counts.sum(axis=0), counts.sum(axis=1)
    return right / np.maximum(named, 1), right / np.maximum(true, 1)
