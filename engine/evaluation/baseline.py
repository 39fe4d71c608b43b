"""What a simple method reaches on the same texts: TF-IDF and logistic regression, by scikit-learn.

The comparison a person would ask for; on short texts it is hard to beat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine import metrics
from engine.data.prepared import Part, Prepared
from engine.data.tokens.words import WordSplitter
from engine.evaluation.curves import class_curves
from engine.metrics.classes import Floats

NAME = "TF-IDF + logistic regression"
MOST_TEXTS = 100_000
"""training texts above which it would take minutes, and is left out"""
SHOWN = ("roc_auc",)


@dataclass(frozen=True)
class Baseline:
    """`metrics` are those of the test part, measured as the model's are."""

    name: str
    metrics: dict[str, float]


def text_baseline(prepared: Prepared, *, characters: bool = False) -> Baseline | None:
    """Trained on the training part alone; on runs of 1 to 3 characters, or on words.

    None where there are no texts, too many of them, or nothing to tell apart.
    """
    train, test = prepared.parts["train"], prepared.parts["test"]
    if not len(test.texts) or not 0 < len(train.texts) <= MOST_TEXTS:
        return None
    analyse = _runs if characters else WordSplitter("words", lower_case=True, same_digits=False)
    if len(np.unique(train.targets)) < 2 or not any(analyse(text) for text in train.texts):
        return None
    scores = _probabilities(train, test, analyse, len(prepared.card.classes))
    counts = metrics.confusion(test.targets, scores.argmax(axis=1), scores.shape[1])
    found = {
        "loss": float(metrics.log_losses(np.log(scores), test.targets).mean()),
        "accuracy": metrics.accuracy(counts),
    }
    f1 = metrics.f1(counts)
    if f1 is not None:
        found["f1"] = f1
    areas, _ = class_curves(scores, test.targets, prepared.card.classes)
    return Baseline(NAME, found | {name: areas[name] for name in SHOWN if name in areas})


def _probabilities(
    train: Part, test: Part, analyse: Callable[[str], list[str]], classes: int
) -> Floats:
    """Of each class `(samples, classes)`; a class that training never saw has almost none."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    weighing = TfidfVectorizer(analyzer=analyse, sublinear_tf=True)
    model = LogisticRegression(C=10.0, max_iter=2000)
    model.fit(weighing.fit_transform(train.texts), train.targets)
    scores = np.full((len(test.texts), classes), 1e-12)
    scores[:, model.classes_] = model.predict_proba(weighing.transform(test.texts))
    return scores.clip(1e-12)


def _runs(text: str) -> list[str]:
    """Every run of 1 to 3 characters, with a space before and after the text."""
    padded = f" {text.lower()} "
    return [
        padded[start : start + length]
        for length in (1, 2, 3)
        for start in range(len(padded) - length + 1)
    ]
