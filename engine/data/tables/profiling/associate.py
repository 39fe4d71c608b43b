"""How much two columns go together, on the rows where neither is missing."""

from __future__ import annotations

import math

import numpy as np

from engine.data.tables.profiling.report import Association
from engine.data.tables.profiling.sides import Codes, Side, Values

MOST_CATEGORIES = 1_000
"""of a column; with more of them nearly every value is alone, and goes with any target"""


def associate(column: Side, target: Side) -> list[Association]:
    """One association, or none where there is nothing to measure."""
    if max(column.different, target.different) > MOST_CATEGORIES + 1:
        return []
    if column.category and target.category:
        measure, value = "Cramér's V", cramers_v(column.codes, target.codes)
    elif column.category:
        measure, value = "correlation ratio", correlation_ratio(column.codes, target.values)
    elif target.category:
        measure, value = "correlation ratio", correlation_ratio(target.codes, column.values)
    else:
        measure, value = "Pearson's correlation", pearson(column.values, target.values)
    if math.isnan(value):
        return []
    return [Association.model_validate({"column": column.name, "measure": measure, "value": value})]


def pearson(one: Values, other: Values) -> float:
    """NaN where one of them does not vary."""
    both = ~(np.isnan(one) | np.isnan(other))
    x, y = _standardised(one[both]), _standardised(other[both])
    if x is None or y is None:
        return math.nan
    return float(np.clip((x * y).mean(), -1.0, 1.0))


def correlation_ratio(codes: Codes, values: Values) -> float:
    """The root of the share of the variance that is between the categories."""
    both = (codes > 0) & ~np.isnan(values)
    scaled = _standardised(values[both])
    if scaled is None:
        return math.nan
    counts = np.bincount(codes[both])
    sums = np.bincount(codes[both], weights=scaled)
    there = counts > 0
    if there.sum() < 2:
        return math.nan
    between = (sums[there] ** 2 / counts[there]).sum() / len(scaled)
    return float(np.sqrt(np.clip(between, 0.0, 1.0)))


def cramers_v(one: Codes, other: Codes) -> float:
    """From 0 to 1, also where the columns have different numbers of categories."""
    both = (one > 0) & (other > 0)
    _, rows = np.unique(one[both], return_inverse=True)
    _, columns = np.unique(other[both], return_inverse=True)
    if not len(rows) or min(rows.max(), columns.max()) == 0:
        return math.nan
    height, width = rows.max() + 1, columns.max() + 1
    table = np.bincount(rows * width + columns, minlength=height * width).reshape(height, width)
    expected = np.outer(table.sum(1), table.sum(0)) / len(rows)
    squared = ((table - expected) ** 2 / expected).sum() / len(rows)
    return float(np.sqrt(min(1.0, squared / (min(height, width) - 1))))


def _standardised(values: Values) -> Values | None:
    """With mean 0 and variance 1; None where they do not vary."""
    if len(values) < 2:
        return None
    # Scaled first: squares of the largest numbers are none that a float can say.
    scale = np.abs(values).max()
    values = values / scale if scale > 0 else values
    deviation = values.std()
    # What is left of equal numbers after rounding is no variance.
    if deviation <= 1e-12 * np.abs(values).max():
        return None
    scaled: Values = (values - values.mean()) / deviation
    return scaled
