"""Metrics of one pass, in NumPy: equal to scikit-learn's (tests compare them).

scikit-learn itself would cost 1.8 s of import before the first evaluation, and 10 to 20 ms an
epoch, more than an epoch of a small model. What is undefined is left out, never made up.
"""

from engine.metrics.classes import (
    accuracy,
    confusion,
    f1,
    log_losses,
    precision_and_recall,
    probabilities,
    top,
)
from engine.metrics.curves import (
    area,
    average_precision,
    calibration,
    calibration_error,
    drawn_curve,
    hits,
    precision_recall,
    roc,
)
from engine.metrics.intervals import of_classes, of_ratios, of_values
from engine.metrics.values import everything, regression

__all__ = [
    "accuracy",
    "area",
    "average_precision",
    "calibration",
    "calibration_error",
    "confusion",
    "drawn_curve",
    "everything",
    "f1",
    "hits",
    "log_losses",
    "of_classes",
    "of_ratios",
    "of_values",
    "precision_and_recall",
    "precision_recall",
    "probabilities",
    "regression",
    "roc",
    "top",
]
