"""How the values of a column are spread: numbers, dates, lengths of texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.data.tables.profiling.cells import Table, as_floats, present, written
from engine.data.tables.profiling.report import Dates, Histogram, Lengths, Numbers
from engine.data.tables.profiling.tally import HELD

BINS = 20
Values = NDArray[np.float64]


def numbers(table: Table, name: str) -> Numbers | None:
    """None where no value is finite."""
    read = _finite_values(table, name)
    moments = _moments(read)
    if moments is None:
        return None
    count, mean, deviation, low, high = moments
    whole, infinite = _extremes(table, name)
    return Numbers(
        minimum=low if whole is None else whole[0],
        maximum=high if whole is None else whole[1],
        mean=mean,
        deviation=deviation,
        quartiles=_quartiles(read, count),
        not_finite=infinite,
        histogram=histogram(read(), low, high),
    )


def dates(table: Table, name: str) -> Dates | None:
    """None where every cell is missing."""
    ends = [pc.min_max(cells) for cells in table.cells(name) if len(present(cells))]
    if not ends:
        return None
    low = min(_microseconds(each["min"]) for each in ends)
    high = max(_microseconds(each["max"]) for each in ends)
    return Dates(
        earliest=written(np.datetime64(low, "us")),
        latest=written(np.datetime64(high, "us")),
        histogram=histogram(map(as_floats, table.cells(name)), low / 1e6, high / 1e6),
    )


def lengths(table: Table, name: str) -> Lengths | None:
    """None where every cell is missing."""
    return text_lengths(lambda: map(present, table.cells(name)))


def text_lengths(texts: Callable[[], Iterator[Any]]) -> Lengths | None:
    """Of arrays of texts, none of them missing; None where there is none. Reads them five times."""

    def read() -> Iterator[Values]:
        for cells in texts():
            yield np.array(pc.utf8_length(cells), dtype=np.float64)

    moments = _moments(read)
    if moments is None:
        return None
    count, mean, _, low, high = moments
    words = sum(float(values.sum()) for values in word_counts(texts))
    return Lengths(
        shortest=int(low),
        longest=int(high),
        mean=mean,
        empty=sum(int((values == 0).sum()) for values in read()),
        words=words / count,
        histogram=histogram(read(), low, high),
    )


def word_counts(texts: Callable[[], Iterator[Any]]) -> Iterator[Values]:
    """How many words, between spaces, each text has."""
    for cells in texts():
        yield np.array(pc.count_substring_regex(cells, r"\S+"), dtype=np.float64)


def histogram(batches: Iterator[Values], low: float, high: float) -> Histogram:
    """Twenty bins of the same width; the last one has its upper edge too."""
    # Halves: the distance between the largest numbers there are is none that a float can say.
    steps = np.arange(BINS + 1) / BINS
    edges = 2 * (low / 2 * (1 - steps) + high / 2 * steps)
    edges[0], edges[-1] = low, high
    counts = np.zeros(BINS, dtype=np.int64)
    for values in batches:
        places = np.searchsorted(edges[1:-1], values, side="right")
        counts += np.bincount(places, minlength=BINS)
    return Histogram(edges=edges.tolist(), counts=counts.tolist())


def _finite_values(table: Table, name: str) -> Callable[[], Iterator[Values]]:
    def read() -> Iterator[Values]:
        for cells in table.cells(name):
            values = as_floats(cells)
            yield values[np.isfinite(values)]

    return read


def _moments(
    read: Callable[[], Iterator[Values]],
) -> tuple[int, float, float, float, float] | None:
    """Count, mean, deviation, minimum and maximum; two passes, so that nothing cancels out."""
    ends = [(values.min(), values.max(), len(values)) for values in read() if len(values)]
    if not ends:
        return None
    count = sum(size for _, _, size in ends)
    mean = sum(float((values / count).sum()) for values in read())
    with np.errstate(over="ignore"):
        squares = sum(float(((values - mean) ** 2 / count).sum()) for values in read())
    low, high = min(each[0] for each in ends), max(each[1] for each in ends)
    return count, mean, float(np.sqrt(squares)), float(low), float(high)


def _quartiles(read: Callable[[], Iterator[Values]], count: int) -> list[float]:
    """Of all values, or of every second, third, ... one where they are more than can be held."""
    step = -(-count // HELD)
    held, start = [], 0
    for values in read():
        held.append(values[-start % step :: step])
        start += len(values)
    return [float(each) for each in np.quantile(np.concatenate(held), [0.25, 0.5, 0.75])]


def _extremes(table: Table, name: str) -> tuple[tuple[int, int] | None, int]:
    """Of whole numbers the least and largest, which a float may not be able to say, and how many
    values are not finite.
    """
    ends, infinite = [], 0
    for cells in table.cells(name):
        there = present(cells)
        if pa.types.is_integer(there.type) and len(there):
            ends.append(pc.min_max(there).as_py())
        elif pa.types.is_floating(there.type):
            infinite += len(there) - (pc.sum(pc.is_finite(there)).as_py() or 0)
    if not ends:
        return None, infinite
    return (min(each["min"] for each in ends), max(each["max"] for each in ends)), infinite


def _microseconds(moment: Any) -> int:
    return int(moment.cast(pa.int64()).as_py())
