"""95 % confidence intervals by bootstrap over the samples (Efron, 1979): percentiles of resamples.

All resamples at once, as numbers of times a sample was drawn: 1,000 of 1,000 samples in ~30 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.metrics.classes import Floats, Labels, probabilities

RESAMPLES = 1000
FEW = 200
"""resamples of very many samples, whose intervals are narrow anyway"""
CELLS = 20_000_000
"""draws in all, above which fewer resamples are made"""
AT_ONCE = 2_000_000
"""draws held in memory"""
MOST_SAMPLES = 1_000_000
MOST_CLASSES = 20
"""with more of them the ROC AUC has no interval: each costs a pass over all draws"""

Counts = NDArray[np.float32]
"""`(samples, resamples)`: how often each sample was drawn"""
Intervals = dict[str, list[float]]
Measured = dict[str, Floats]
"""by metric, one value a resample; NaN where it is undefined"""


def of_classes(scores: Floats, labels: Labels, losses: Floats, seed: int) -> Intervals:
    """Of `loss`, `accuracy`, `f1` and `roc_auc`, from scores `(samples, classes)`."""
    classes = scores.shape[1]
    predicted = scores.argmax(axis=1)
    either = np.zeros((2 * classes, len(labels)), np.float32)
    places = np.arange(len(labels))
    either[labels, places] += 1
    either[predicted, places] += 1
    right = np.zeros_like(either[:classes])
    right[labels, places] = labels == predicted
    shares = probabilities(scores)
    ranks = [_Rank.of(labels == each, shares[:, each]) for each in _ranked(labels, classes)]

    def measure(counts: Counts) -> Measured:
        drawn, hits = counts.sum(axis=0), right @ counts
        found = {
            "loss": losses.astype(np.float32) @ counts / drawn,
            "accuracy": hits.sum(axis=0) / drawn,
            "f1": _f1(hits, either[:classes] @ counts),
        }
        if ranks:
            found["roc_auc"] = np.mean([each.area(counts) for each in ranks], axis=0)
        return found

    return _intervals(len(labels), seed, measure)


def of_values(targets: Floats, predictions: Floats, seed: int) -> Intervals:
    """Of `mse`, `rmse`, `mae` and `r2`."""
    errors = predictions - targets
    centred = targets - targets.mean()
    rows = np.stack([errors**2, np.abs(errors), centred, centred**2]).astype(np.float32)

    def measure(counts: Counts) -> Measured:
        drawn = counts.sum(axis=0)
        square, absolute, shift, spread = (rows @ counts).astype(np.float64) / drawn
        variance = spread - shift**2
        found = {"mse": square, "rmse": np.sqrt(square), "mae": absolute}
        if centred.any():
            found["r2"] = 1 - square / np.where(variance > 0, variance, np.nan)
        return found

    return _intervals(len(targets), seed, measure)


def of_ratios(ratios: Mapping[str, tuple[Floats, Floats]], seed: int) -> Intervals:
    """Of sums over the samples divided by other sums, e.g. edits by tokens; `(samples,)` each."""
    above, below = (
        np.stack(rows).astype(np.float32) for rows in zip(*ratios.values(), strict=True)
    )

    def measure(counts: Counts) -> Measured:
        shares = (above @ counts) / (below @ counts)
        return dict(zip(ratios, shares, strict=True))

    return _intervals(above.shape[1], seed, measure)


def _intervals(samples: int, seed: int, measure: Callable[[Counts], Measured]) -> Intervals:
    if not 2 <= samples <= MOST_SAMPLES:
        return {}
    parts = [measure(counts) for counts in _draws(samples, seed)]
    values = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return {
        name: [float(end) for end in np.percentile(some, [2.5, 97.5])]
        for name, every in values.items()
        if len(some := every[np.isfinite(every)])
    }


def _draws(samples: int, seed: int) -> Iterator[Counts]:
    """All resamples, some at a time. Raw PCG64 output, whose stream NumPy promises not to change.

    The high half of a product is an even draw, and far faster than a remainder.
    """
    resamples = max(FEW, min(RESAMPLES, CELLS // samples))
    stream = np.random.PCG64(seed)
    together = max(1, AT_ONCE // samples)
    for start in range(0, resamples, together):
        number = min(together, resamples - start)
        raw = stream.random_raw(samples * number) >> np.uint64(32)
        drawn = ((raw * np.uint64(samples)) >> np.uint64(32)).astype(np.int64)
        drawn = drawn * number + np.tile(np.arange(number), samples)
        counts = np.bincount(drawn, minlength=samples * number)
        yield counts.astype(np.float32).reshape(samples, number)


def _f1(hits: Counts, either: Counts) -> Floats:
    """F1 of class 1 of two, else the mean over the classes that occur; `(resamples,)`."""
    if len(hits) == 2:
        hits, either = hits[1:], either[1:]
    occurs = either > 0
    each = 2 * hits / np.where(occurs, either, 1)
    shown = occurs.sum(axis=0)
    means: Floats = np.where(shown > 0, each.sum(axis=0) / np.maximum(shown, 1), np.nan)
    return means


def _ranked(labels: Labels, classes: int) -> list[int]:
    """The classes whose areas make the ROC AUC; none when one of them has no curve."""
    numbers = [1] if classes == 2 else list(range(classes))
    present = np.bincount(labels, minlength=classes)
    whole = all(0 < present[each] < len(labels) for each in numbers)
    return numbers if whole and classes <= MOST_CLASSES else []


class _Rank:
    """Where the positives stand among the negatives, sorted by score once for all resamples."""

    def __init__(self, order: Labels, positive: Labels, below: Labels, upto: Labels) -> None:
        self.order, self.positive, self.below, self.upto = order, positive, below, upto

    @classmethod
    def of(cls, positive: NDArray[np.bool_], scores: Floats) -> _Rank:
        """Each positive is above the negatives with a lower score, and half above its equals."""
        negative = np.flatnonzero(~positive)
        order = negative[np.argsort(scores[negative], kind="stable")]
        places = np.flatnonzero(positive)
        below = np.searchsorted(scores[order], scores[places], side="left")
        upto = np.searchsorted(scores[order], scores[places], side="right")
        return cls(order, places, below, upto)

    def area(self, counts: Counts) -> Floats:
        """The area under the ROC curve of each resample `(resamples,)`."""
        sums = np.zeros((len(self.order) + 1, counts.shape[1]), np.float32)
        np.cumsum(counts[self.order], axis=0, out=sums[1:])
        positives = counts[self.positive]
        halves = sums[self.below] + sums[self.upto]
        pairs = 2.0 * positives.sum(axis=0) * sums[-1]
        won = np.einsum("sr,sr->r", positives, halves)
        areas: Floats = won / np.where(pairs > 0, pairs, np.nan)
        return areas
