"""The samples a model is most wrong about, as people read them: a picture, a text, or features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.prepared import Array, Part
from engine.data.raw import Arrays
from engine.events import Example
from engine.loop.setup import Setup
from engine.metrics.classes import Floats, Labels

SHOWN = 12
LONGEST_SIDE = 48
"""pixels; a larger picture is thinned out, it is drawn as small as that"""
MOST_FEATURES = 40


def of_classes(
    setup: Setup, split: str, losses: Floats, labels: Labels, predicted: Labels
) -> list[Example]:
    """The highest losses `(samples,)`, highest first; of the wrong answers where there are some."""
    classes = setup.card.classes
    wrong = np.flatnonzero(labels != predicted)
    among = wrong if len(wrong) else np.arange(len(labels))
    return [
        Example(truth=classes[labels[row]], prediction=classes[predicted[row]], **known)
        for row, known in _highest(setup, split, losses, among)
    ]


def of_values(
    setup: Setup, split: str, losses: Floats, targets: Floats, predictions: Floats
) -> list[Example]:
    """The highest losses `(samples,)`, highest first; numbers on the original scale."""
    return [
        Example(truth=f"{targets[row]:.5g}", prediction=f"{predictions[row]:.5g}", **known)
        for row, known in _highest(setup, split, losses, np.arange(len(losses)))
    ]


def _highest(
    setup: Setup, split: str, losses: Floats, among: Labels
) -> list[tuple[int, dict[str, Any]]]:
    """Row number in the part, and the fields of `Example` that do not depend on the task."""
    part = setup.prepared.parts[split]
    rows = among[np.argsort(-losses[among], kind="stable")[:SHOWN]]
    seen = looks(setup, part, rows)
    return [
        (int(row), {"place": int(part.places[row]), "loss": float(losses[row]), **look})
        for row, look in zip(rows, seen, strict=True)
    ]


def looks(setup: Setup, part: Part, rows: Labels) -> list[dict[str, Any]]:
    """What there is to see of each row; nothing of series and of nodes without a text."""
    if len(part.texts):
        return [{"text": str(part.texts[row])} for row in rows]
    if setup.card.modality == "image":
        return [{"pixels": each} for each in _pixels(setup, part.inputs[0][rows])]
    if setup.card.modality == "tabular":
        return [{"features": each} for each in _features(setup, part.places[rows])]
    return [{} for _ in rows]


def _pixels(setup: Setup, images: Array) -> list[list[list[list[int]]]]:
    """`(height, width, channels)`, 0 to 255: 0 and 255 are the extremes of the training part."""
    train = setup.prepared.parts["train"].inputs[0]
    low, high = float(np.nanmin(train)), float(np.nanmax(train))
    thin = -(-max(images.shape[2:]) // LONGEST_SIDE)
    shown = images[:, :3, ::thin, ::thin]
    if shown.shape[1] == 2:
        shown = shown[:, :1]
    scaled = (shown.astype(np.float64) - low) / ((high - low) or 1.0)
    whole: NDArray[np.uint8] = (scaled.clip(0, 1) * 255).round().astype(np.uint8)
    pixels: list[list[list[list[int]]]] = whole.transpose(0, 2, 3, 1).tolist()
    return pixels


def _features(setup: Setup, places: Labels) -> list[dict[str, float | str]]:
    """By name, before scaling: what a person would look up. The data were read a moment ago."""
    found = setup.config.data.originals(places.tolist())
    if found is not None:
        return [dict(list(each.items())[:MOST_FEATURES]) for each in found]
    raw = setup.config.data.load()
    if not isinstance(raw, Arrays) or raw.inputs.ndim != 2:
        return [{} for _ in places]
    count = raw.inputs.shape[1]
    names = setup.prepared.names or tuple(f"feature {i + 1}" for i in range(count))
    return [
        {
            name: float(f"{value:.6g}")
            for name, value in zip(names[:MOST_FEATURES], row, strict=False)
        }
        for row in raw.inputs[places]
    ]
