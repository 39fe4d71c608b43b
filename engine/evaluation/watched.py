"""A few samples of the validation part, the same at every evaluation: one sees the answers change.

Chosen by the run's seed alone. What they look like is found once; a table is not read every epoch.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import metrics
from engine.data.shuffle import Purpose, shuffled
from engine.evaluation.worst import looks
from engine.events import Example
from engine.loop.setup import Setup
from engine.metrics.classes import Floats, Labels
from engine.png import encoded

SHOWN = 8


def of_classes(setup: Setup, scores: Floats, labels: Labels) -> list[Example]:
    """With the predicted class and its probability; `scores` `(samples, classes)`."""
    classes, rows = setup.card.classes, _rows(setup)
    chances = metrics.probabilities(scores[rows])
    losses = metrics.log_losses(scores[rows], labels[rows])
    return [
        Example(
            truth=classes[labels[row]],
            prediction=classes[chance.argmax()],
            probability=float(chance.max()),
            loss=float(loss),
            **look,
        )
        for row, chance, loss, look in zip(rows, chances, losses, _known(setup), strict=True)
    ]


def of_values(setup: Setup, true: Floats, predicted: Floats) -> list[Example]:
    """With the predicted number; both `(samples,)` on the original scale."""
    return [
        Example(
            truth=f"{true[row]:.5g}",
            prediction=f"{predicted[row]:.5g}",
            loss=float((predicted[row] - true[row]) ** 2),
            **look,
        )
        for row, look in zip(_rows(setup), _known(setup), strict=True)
    ]


def _rows(setup: Setup) -> Labels:
    """Their numbers in the validation part."""
    seed = setup.config.training.seed
    chosen = shuffled(setup.samples["validation"], seed, Purpose.WATCHED)[:SHOWN]
    return np.sort(chosen)


def _known(setup: Setup) -> list[dict[str, Any]]:
    """The fields of `Example` that no training changes."""
    if not setup.watched:
        part, rows = setup.prepared.parts["validation"], _rows(setup)
        setup.watched.extend(
            {"place": int(place), **_small(look)}
            for place, look in zip(part.places[rows], looks(setup, part, rows), strict=True)
        )
    return setup.watched


def _small(look: dict[str, Any]) -> dict[str, Any]:
    """A picture as a file: these are told at every evaluation, and as numbers would be ten times
    as long.
    """
    pixels = look.pop("pixels", None)
    return look if pixels is None else {**look, "picture": encoded(pixels)}
