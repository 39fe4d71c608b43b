"""Whether one column alone gives the target away: a rule learned from half of the rows is tried on
the other half. Such a column is mostly written down after what is to be predicted has happened.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.data.tables.profiling.report import Leak
from engine.data.tables.profiling.sides import Codes, Side, Values

SUSPICIOUS = 0.98
"""share of right classes, or R², on the rows that were held out"""
AVOIDED = 0.9
"""share of the mistakes of always saying the most frequent class that the rule must avoid: where
one class has 99 % of the rows, any rule is right in 98 %"""
FEWEST_ROWS = 20
"""held out; with fewer of them any column may be right by chance"""
BINS = 256


def leak(column: Side, target: Side) -> list[Leak]:
    """One leak, or none."""
    known = np.flatnonzero(target.codes > 0 if target.category else ~np.isnan(target.values))
    order = np.random.default_rng(0).permutation(known)
    learned, held = order[: len(order) // 2], order[len(order) // 2 :]
    if len(held) < FEWEST_ROWS:
        return []
    groups = column.codes if column.category else _bins(column.values, learned)
    if target.category:
        return _of_classes(column, target.codes, groups, learned, held)
    return _of_numbers(column, target.values, groups, learned, held)


def _bins(values: Values, learned: NDArray[np.int64]) -> Codes:
    """0 where the value is missing, else one of 256 bins with about as many rows each."""
    there = values[learned][~np.isnan(values[learned])]
    if not len(there):
        return np.isnan(values).astype(np.int64)
    edges = np.unique(np.quantile(there, np.linspace(0, 1, BINS + 1)[1:-1], method="higher"))
    places = np.searchsorted(edges, values, side="right") + 1
    return np.where(np.isnan(values), 0, places)


def _of_classes(
    column: Side, classes: Codes, groups: Codes, learned: Codes, held: Codes
) -> list[Leak]:
    most = int(np.bincount(classes[learned]).argmax())
    said = np.full(groups.max() + 1, most)
    said[groups[learned]] = _frequent(groups[learned], classes[learned])[groups[learned]]
    score = float((said[groups[held]] == classes[held]).mean())
    baseline = float((classes[held] == most).mean())
    if score <= SUSPICIOUS or 1 - score > (1 - AVOIDED) * (1 - baseline):
        return []
    sentence = (
        f'"{column.name}" alone tells the right class of {100 * score:.1f} % of {len(held):,} rows '
        f"that were held out ({100 * baseline:.1f} % by always saying the most frequent class). "
        f"{_ADVICE}"
    )
    return [Leak(column=column.name, score=score, baseline=baseline, sentence=sentence)]


def _of_numbers(
    column: Side, values: Values, groups: Codes, learned: Codes, held: Codes
) -> list[Leak]:
    scale = np.abs(values[held]).max() or 1.0
    values = values / scale
    said = _expected(column, values, groups, learned)[held]
    mean = values[learned].mean()
    left = ((values[held] - said) ** 2).mean()
    spread = ((values[held] - values[held].mean()) ** 2).mean()
    if spread <= 1e-24:
        return []
    score = float(1 - left / spread)
    baseline = float(1 - ((values[held] - mean) ** 2).mean() / spread)
    if score <= SUSPICIOUS:
        return []
    sentence = (
        f'"{column.name}" alone tells the target of {len(held):,} rows that were held out with an '
        f"R² of {score:.4f}. {_ADVICE}"
    )
    return [Leak(column=column.name, score=score, baseline=baseline, sentence=sentence)]


_ADVICE = "Leave it out of the features unless it is known when the prediction is made."


def _frequent(groups: Codes, classes: Codes) -> Codes:
    """The most frequent class of each group; groups that are not there get any."""
    width = int(classes.max()) + 1
    pairs, counts = np.unique(groups * width + classes, return_counts=True)
    found = np.zeros(int(groups.max()) + 1, dtype=np.int64)
    # In ascending order of the count: the last one written is the most frequent.
    order = np.argsort(counts, kind="stable")
    found[pairs[order] // width] = pairs[order] % width
    return found


def _expected(column: Side, targets: Values, groups: Codes, learned: Codes) -> Values:
    """The mean target of each group; between the middles of bins of numbers on a straight line."""
    size = int(groups.max()) + 1
    counts = np.bincount(groups[learned], minlength=size)
    means = np.full(size, targets[learned].mean())
    there = counts > 0
    means[there] = np.bincount(groups[learned], targets[learned], size)[there] / counts[there]
    if column.category:
        return means[groups]
    filled = np.where(np.isnan(column.values), 0.0, column.values)
    scale = np.abs(filled).max() or 1.0
    middles = np.bincount(groups[learned], filled[learned] / scale, size)
    line = there & (np.arange(size) > 0)
    if not line.any():
        return means[groups]
    middle = middles[line] / counts[line]
    drawn: NDArray[np.float64] = np.interp(filled / scale, middle, means[line])
    found: NDArray[np.float64] = np.where(groups > 0, drawn, means[0])
    return found
