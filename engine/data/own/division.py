"""Parts where rows are not alike: groups that stay together, or a time that goes on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.data.divide import divide
from engine.data.raw import Labels
from engine.data.split import Split


def by_group(split: Split, groups: Labels) -> dict[str, Labels]:
    """Positions of each part; the shares are of groups, as scikit-learn's `GroupShuffleSplit` does.

    `groups`: a number for each row `(rows,)`. With folds, each group is in the test of one.
    """
    names, group = np.unique(groups, return_inverse=True)
    parts = divide(split, len(names))
    return {name: np.flatnonzero(np.isin(group, chosen)) for name, chosen in parts.items()}


def by_time(split: Split, times: NDArray[np.int64] | NDArray[np.float64]) -> dict[str, Labels]:
    """Positions of each part: the earliest to learn from, the latest to test with.

    With folds, as scikit-learn's `TimeSeriesSplit`: later folds learn from more, are tested with
    what follows, and leave what comes after it alone.
    """
    order = np.argsort(times, kind="stable")
    sizes = time_sizes(split, len(times))
    found, begin = {}, 0
    for name in ("train", "validation", "test"):
        found[name] = np.sort(order[begin : begin + sizes[name]])
        begin += sizes[name]
    return found


def time_sizes(split: Split, count: int) -> dict[str, int]:
    """Rows of each part when `count` are divided by time."""
    if not split.folds:
        return split.sizes(count)
    test = count // (split.folds + 1)
    before = count - test * (split.folds + 1 - split.tested_fold)
    validation = round(before * split.validation)
    return {"train": before - validation, "validation": validation, "test": test}
