"""A column as numbers. What is measured for it is measured on the rows of the training part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data.own.categories import fit_categories
from engine.data.own.roles import WAYS
from engine.data.own.scale import Scale, measure
from engine.data.own.stored import Dates, Stored, Values
from engine.data.prepare.arrays import two_valued
from engine.data.raw import Labels
from engine.data.tables import Column

if TYPE_CHECKING:
    from engine.data.own.choices import Preparation


class Encoded(Protocol):
    """A column that has been measured: `features` names what `rows` gives, `(rows, features)`."""

    @property
    def features(self) -> tuple[str, ...]: ...

    def rows(self, places: Labels) -> Values:
        """The rows at `places`."""


@dataclass(frozen=True)
class Numbers:
    """A column of numbers, or parts of a date: filled up, scaled, and where it was missing."""

    features: tuple[str, ...]
    values: Values
    """`(rows, columns)` of the table, NaN where missing"""
    fill: NDArray[np.float64]
    scale: Scale
    marked: bool
    gaps: bool
    """whether any row of the table has none of its own"""
    quantity: bool = False
    """whether it says how much, not yes or no, or which day"""

    def rows(self, places: Labels) -> Values:
        values = self.values[places]
        missing = np.isnan(values)
        scaled = self.scale(np.where(missing, self.fill, values))
        if not self.marked:
            return scaled
        return np.concatenate([scaled, missing[:, :1].astype(np.float64)], axis=1)


def fit(data: Preparation, table: Stored, column: Column, train: Labels) -> Encoded | None:
    """Measures a column on the rows `train`; None where these have no value at all."""
    way = WAYS[column.kind]
    if way == "category":
        return fit_categories(data, column.name, table.codes(column.name, data.wording), train)
    if way == "number":
        names: tuple[str, ...] = (column.name,)
        values = table.numbers(column.name)[:, None]
    else:
        names = tuple(f"{column.name}: {part}" for part in data.dates.parts)
        values = date_parts(table.dates(column.name), data.dates.parts)
    seen = values[train]
    if np.isnan(seen[:, 0]).all():
        return None
    fill = np.array([stand_in(data, each) for each in seen.T])
    marked = data.missing_indicator and bool(np.isnan(seen).any())
    scale = measure(data.scaling, np.where(np.isnan(seen), fill, seen))
    if marked:
        names = (*names, f"{column.name} is missing")
    gaps = bool(np.isnan(values).any())
    quantity = column.kind in ("integer", "number") and not two_valued(seen)
    return Numbers(names, values, fill, scale, marked, gaps, quantity)


def stand_in(data: Preparation, values: Values) -> float:
    """What a missing value becomes; NaN in `values` is missing."""
    known = values[~np.isnan(values)]
    match data.missing:
        case "median":
            return float(np.median(known))
        case "mode":
            different, counts = np.unique(known, return_counts=True)
            return float(different[np.argmax(counts)])
        case "constant":
            return data.missing_value
    return float(known.mean())


def date_parts(dates: Dates, parts: tuple[str, ...]) -> Values:
    """`(rows, parts)`; NaN where the date is missing."""
    months = dates.astype("datetime64[M]")
    days = dates.astype("datetime64[D]")
    found = {
        "year": dates.astype("datetime64[Y]").astype(np.int64) + 1970,
        "month": months.astype(np.int64) % 12 + 1,
        "day": (days - months).astype(np.int64) + 1,
        # The first day of 1970 was a Thursday.
        "weekday": (days.astype(np.int64) + 3) % 7,
        "hour": (dates - days).astype("timedelta64[h]").astype(np.int64),
    }
    values = np.stack([found[part] for part in parts], axis=1).astype(np.float64)
    values[np.isnat(dates)] = np.nan
    return values
