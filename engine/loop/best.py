"""Which metric says that some weights are better than others, and which way it points."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Judge = Literal[
    "loss",
    "accuracy",
    "f1",
    "roc_auc",
    "r2",
    "mae",
    "rmse",
    "exact_match",
    "bleu",
    "token_error_rate",
]

JUDGES: Mapping[str, tuple[Judge, ...]] = MappingProxyType(
    {
        "classification": ("loss", "accuracy", "f1", "roc_auc"),
        "node_classification": ("loss", "accuracy", "f1"),
        "regression": ("loss", "r2", "mae", "rmse"),
        "rating": ("loss", "rmse", "mae"),
        "seq2seq": ("loss", "exact_match", "bleu", "token_error_rate"),
        "language_modelling": ("loss",),
        "embedding": ("loss",),
    }
)
"""by task, what an evaluation always measures"""

COUNTS_MOST = ("accuracy", "r2", "loss")
"""metrics that say in one number how good a run is, the first that is there"""

RISING = frozenset({"accuracy", "f1", "roc_auc", "r2", "exact_match", "bleu"})
"""metrics that are better when they are higher"""


def cost(judge: str, metrics: Mapping[str, float]) -> float:
    """The metric so that less is better; infinite where it is not defined."""
    value = metrics.get(judge, math.nan)
    if math.isnan(value):
        return math.inf
    return -value if judge in RISING else value


def spoken(judge: str) -> str:
    """As people write it: `ROC AUC`, `token error rate`."""
    known = {"f1": "F1", "roc_auc": "ROC AUC", "r2": "R²", "mae": "MAE", "rmse": "RMSE"}
    return known.get(judge, "BLEU" if judge == "bleu" else judge.replace("_", " "))
