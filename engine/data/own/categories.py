"""Texts of a column as categories, as scikit-learn's encoders number them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.data.own.scale import Scale, measure
from engine.data.own.stored import Codes, Values
from engine.data.raw import Labels

if TYPE_CHECKING:
    from engine.data.own.choices import Preparation

UNKNOWN = -1
MISSING = "missing"
OTHER = "other"


@dataclass(frozen=True)
class OneHot:
    """1 at the category of a row; 0 everywhere where training has not seen it."""

    features: tuple[str, ...]
    number: Labels
    """category of each row of the table, `UNKNOWN` where there is none"""
    categories: int
    missing: NDArray[np.bool_] | None
    """whether the text was missing, where a feature says so"""

    def rows(self, places: Labels) -> Values:
        number = self.number[places]
        found = (number[:, None] == np.arange(self.categories)).astype(np.float64)
        return _marked(found, self.missing, places)


@dataclass(frozen=True)
class Ordinal:
    """The number of the category, scaled as numbers are; that of an unknown one is -1."""

    features: tuple[str, ...]
    number: Labels
    categories: int
    scale: Scale
    missing: NDArray[np.bool_] | None

    def rows(self, places: Labels) -> Values:
        number = self.number[places].astype(np.float64)
        return _marked(self.scale(number[:, None]), self.missing, places)


def fit_categories(
    data: Preparation, name: str, texts: Codes, train: Labels
) -> OneHot | Ordinal | None:
    """Learns the categories of the rows `train`; None where all of these are missing."""
    absent = texts.codes < 0
    if absent[train].all():
        return None
    names, codes = _filled(data, texts, train)
    labels, lookup = _numbered(names, codes[train], data.most_categories)
    number = lookup[codes]
    marked = data.missing_indicator and data.missing == "mode" and bool(absent[train].any())
    further = (f"{name} is missing",) if marked else ()
    where = absent if marked else None
    if data.categories == "ordinal":
        scale = measure(data.scaling, number[train].astype(np.float64)[:, None])
        return Ordinal((name, *further), number, len(labels), scale, where)
    features = tuple(f"{name}={label}" for label in labels)
    return OneHot((*features, *further), number, len(labels), where)


def _filled(data: Preparation, texts: Codes, train: Labels) -> tuple[tuple[str, ...], Labels]:
    """Names and codes without missing ones: the commonest of training, or a category of its own."""
    if data.missing == "mode":
        seen = texts.codes[train]
        counts = np.bincount(seen[seen >= 0], minlength=len(texts.names))
        commonest = np.flatnonzero(counts == counts.max()).tolist()
        code = min(commonest, key=lambda each: texts.names[each])
        return texts.names, np.where(texts.codes < 0, code, texts.codes)
    own = MISSING
    while own in texts.names:  # e.g. a column that says "missing" itself
        own = f"({own})"
    return (*texts.names, own), np.where(texts.codes < 0, len(texts.names), texts.codes)


def _numbered(names: tuple[str, ...], seen: Labels, most: int) -> tuple[tuple[str, ...], Labels]:
    """The categories in the order of the alphabet, and the number of each code.

    Of more than `most` the rarest are one, the last; of equally rare ones the first are rare.
    """
    counts = np.bincount(seen, minlength=len(names))
    known = sorted(np.flatnonzero(counts).tolist(), key=lambda code: names[code])
    lookup = np.full(len(names), UNKNOWN, dtype=np.int64)
    if len(known) <= most:
        lookup[known] = np.arange(len(known))
        return tuple(names[code] for code in known), lookup
    rarest_first = np.argsort(counts[known], kind="stable")
    rare = {known[place] for place in rarest_first[: len(known) - most + 1]}
    common = [code for code in known if code not in rare]
    lookup[common] = np.arange(len(common))
    lookup[sorted(rare)] = len(common)
    other = OTHER
    while other in names:
        other = f"({other})"
    return (*(names[code] for code in common), other), lookup


def _marked(found: Values, missing: NDArray[np.bool_] | None, places: Labels) -> Values:
    if missing is None:
        return found
    return np.concatenate([found, missing[places, None].astype(np.float64)], axis=1)
