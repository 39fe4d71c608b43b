"""Tables of a classification: each class by itself, and which are taken for each other."""

from __future__ import annotations

import numpy as np

from engine import metrics
from engine.events import Table
from engine.metrics.classes import Labels

CONFUSED = 20
"""pairs listed"""


def class_table(counts: Labels, classes: tuple[str, ...]) -> Table:
    """Precision, recall, F1 and samples of each class; of many classes the lowest F1 first."""
    precision, recall = metrics.precision_and_recall(counts)
    true, named = counts.sum(axis=1), counts.sum(axis=0)
    f1 = 2 * np.diag(counts) / np.maximum(true + named, 1)
    order = np.argsort(f1, kind="stable") if len(classes) > CONFUSED else np.arange(len(classes))
    rows: list[list[str | float]] = [
        [classes[i], *_rounded(precision[i], recall[i], f1[i]), int(true[i])] for i in order
    ]
    return Table(
        name="Classes", columns=["Class", "Precision", "Recall", "F1", "Samples"], rows=rows
    )


def confused_table(counts: Labels, classes: tuple[str, ...]) -> Table | None:
    """The commonest mistakes; None without one."""
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:CONFUSED]
    pairs = [divmod(int(place), len(classes)) for place in order if mistakes.flat[place]]
    if not pairs:
        return None
    rows: list[list[str | float]] = [
        [classes[true], classes[named], int(mistakes[true, named])] for true, named in pairs
    ]
    return Table(name="Most confused", columns=["True", "Predicted", "Times"], rows=rows)


def _rounded(*values: float) -> list[float]:
    return [round(float(value), 4) for value in values]
