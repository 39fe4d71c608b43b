"""Draws the samples of each part: a pure function of the split's seed, the same on every machine.

The test part is drawn first and alone, so that another validation share leaves it as it was.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.data.shuffle import Purpose, shuffled
from engine.data.split import Split

Indices = NDArray[np.int64]


def drawn(count: int, limit: int | None, seed: int) -> Indices:
    """Which of `count` samples a limit leaves; a larger limit keeps those of a smaller one."""
    if limit is None or limit >= count:
        return np.arange(count)
    return shuffled(count, seed, Purpose.LIMIT)[:limit]


def divide(split: Split, count: int, labels: Indices | None = None) -> dict[str, Indices]:
    """Positions 0 to `count - 1` of each part: `train`, `validation`, `test`; each one once.

    With `labels` (int `(count,)`) every class is shared out in its proportion and keeps at least
    one sample in `train`, unless there are folds: then each sample is in the test part of one.
    """
    sizes = split.sizes(count)
    rest = np.arange(count)
    order = shuffled(count, split.seed, Purpose.TEST)
    if split.folds:
        test = np.sort(_dealt(labels, order)[split.tested_fold - 1 :: split.folds])
    else:
        test = _take(rest, sizes["test"], labels, order)
    rest = np.setdiff1d(rest, test)
    order = shuffled(count, split.seed, Purpose.VALIDATION)
    validation = _take(rest, sizes["validation"], labels, order)
    return {"train": np.setdiff1d(rest, validation), "validation": validation, "test": test}


def _dealt(labels: Indices | None, order: Indices) -> Indices:
    """The order in which samples are dealt to the folds: class by class where there are labels."""
    return order if labels is None else order[np.argsort(labels[order], kind="stable")]


def _take(rest: Indices, size: int, labels: Indices | None, order: Indices) -> Indices:
    """`size` of `rest`, the first by `order`, class by class when there are `labels`."""
    queue = order[np.isin(order, rest)]
    if labels is None:
        return np.sort(queue[:size])
    classes, counts = np.unique(labels[rest], return_counts=True)
    shares = _shares(counts, size)
    taken = [queue[labels[queue] == c][:n] for c, n in zip(classes, shares, strict=True)]
    return np.sort(np.concatenate(taken))


def _shares(counts: Indices, size: int) -> list[int]:
    """`size` divided in the proportion of `counts` by largest remainder; each leaves one behind."""
    quotas = counts * size / counts.sum()
    room = np.maximum(counts - 1, 0)
    shares = np.minimum(np.floor(quotas).astype(np.int64), room)
    by_remainder = np.argsort(shares - quotas, kind="stable")
    while shares.sum() < min(size, room.sum()):
        for place in by_remainder:
            if shares.sum() < size and shares[place] < room[place]:
                shares[place] += 1
    return [int(share) for share in shares]
