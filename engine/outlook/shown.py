"""Samples before and after augmentation as a page can show them: images, rows, series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.data.prepared import Array, Features, Prepared
from engine.data.raw import Labels
from engine.spec import Spec

Pixels = list[list[list[int]]]
"""0 to 255: `(height, width, 1 or 3)`"""
MOST_COLUMNS = 8
"""quantities of a row that are shown"""


@dataclass(frozen=True)
class Shown:
    """Some samples of the training part, `rows` of it, as they are and as a step sees them."""

    prepared: Prepared
    rows: Labels
    before: Array
    after: Array

    @property
    def classes(self) -> list[str]:
        """Of each sample; empty where a number is predicted."""
        names = self.prepared.card.classes
        targets = self.prepared.parts["train"].targets
        return [names[label] for label in targets[self.rows]] if names else []


class ImagePreview(Spec):
    """Images."""

    kind: Literal["images"] = "images"
    classes: list[str]
    before: list[Pixels]
    after: list[Pixels]


class TextPreview(Spec):
    """The pieces of each text, with the spaces between them; an empty one was left out."""

    kind: Literal["texts"] = "texts"
    classes: list[str]
    before: list[list[str]]
    after: list[list[str]]


class RowPreview(Spec):
    """The first quantities of some rows of a table, on their original scale."""

    kind: Literal["rows"] = "rows"
    names: list[str]
    before: list[list[float]]
    after: list[list[float]]


class SeriesPreview(Spec):
    """One feature of some series, on its original scale; a value a place."""

    kind: Literal["series"] = "series"
    name: str
    before: list[list[float]]
    after: list[list[float]]


def image_preview(shown: Shown, training: Array) -> ImagePreview:
    """`training`: the images whose darkest and brightest are black and white."""
    low, high = float(training.min()), float(training.max())
    return ImagePreview(
        classes=shown.classes,
        before=_pixels(shown.before, low, high),
        after=_pixels(shown.after, low, high),
    )


def _pixels(images: Array, low: float, high: float) -> list[Pixels]:
    scaled = (images - low) / ((high - low) or 1.0) * 255
    whole = scaled.clip(0, 255).round().astype(np.uint8)
    pixels: list[Pixels] = whole.transpose(0, 2, 3, 1).tolist()
    return pixels


def row_preview(shown: Shown) -> RowPreview | None:
    """None where no column is a quantity."""
    features, names = shown.prepared.features, shown.prepared.names
    if features is None or not features.quantities.any():
        return None
    places = np.flatnonzero(features.quantities)[:MOST_COLUMNS]
    return RowPreview(
        names=[names[place] if names else f"feature {place}" for place in places.tolist()],
        before=_original(shown.before, features)[:, places].tolist(),
        after=_original(shown.after, features)[:, places].tolist(),
    )


def series_preview(shown: Shown) -> SeriesPreview | None:
    """Of the first feature that varies, at least half as much as any other."""
    features, names = shown.prepared.features, shown.prepared.names
    if features is None:
        return None
    spread = shown.before.std(axis=(0, 1), dtype=np.float64)
    place = int(np.flatnonzero(spread >= spread.max() / 2)[0])
    return SeriesPreview(
        name=names[place] if names else f"feature {place}",
        before=_original(shown.before, features)[:, :, place].tolist(),
        after=_original(shown.after, features)[:, :, place].tolist(),
    )


def _original(values: Array, features: Features) -> Array:
    return values * features.factor + features.shift
