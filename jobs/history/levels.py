"""The pyramid of a curve: of every stretch of points those that draw it, on five levels.

A bucket keeps of its points the first and the last, the smallest and the largest finite value, the
first value that is not finite, and where steps or clock reach furthest. All of them were measured,
so what a level draws is true. Level 1 has buckets of 64 points, level 2 one a chunk (512 points),
each higher one of eight times as many. A row of the table holds 8 chunks on level 1, on level n 64
buckets of 8 ** (n - 2) chunks. Chunks are numbered as they were filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import RowMapping

from jobs.history.points import Points, join
from jobs.history.span import Span

FINEST_POINTS = 64
FACTOR = 8
LEVELS = range(1, 6)
KEY = np.dtype([("attempt", "<i4"), ("first_seq", "<i8"), ("points", "<i4")])
"""which chunk, and how many points it has"""

Key = tuple[int, int]
"""attempt and first seq: a chunk of a curve"""


def block_chunks(level: int) -> int:
    """Chunks in a full row."""
    return int(FACTOR**level)


def unit_chunks(level: int) -> int:
    """Chunks that are kept or left together: those of a bucket, on level 1 one."""
    return int(FACTOR ** max(0, level - 2))


def bucket_points(level: int) -> int:
    """Points of a full bucket."""
    return int(FINEST_POINTS * FACTOR ** (level - 1))


def reduce(points: Points) -> Points:
    """The points of a bucket that draw it, in their order; never none."""
    return _buckets(points, len(points))


def finest(points: Points) -> Points:
    """A chunk on level 1."""
    return _buckets(points, FINEST_POINTS)


def _buckets(points: Points, width: int) -> Points:
    """What draws each stretch of `width` points."""
    count = len(points)
    starts = np.arange(0, count, width)
    values = _table(points.values, width, np.nan)
    finite = np.isfinite(values)
    gaps = ~finite
    gaps.reshape(-1)[count:] = False
    some, broken = finite.any(axis=1), gaps.any(axis=1)
    keep = [starts, np.minimum(starts + width, count) - 1]
    keep.append((starts + np.where(finite, values, np.inf).argmin(axis=1))[some])
    keep.append((starts + np.where(finite, values, -np.inf).argmax(axis=1))[some])
    keep.append((starts + gaps.argmax(axis=1))[broken])
    for x in (points.steps, points.seconds):
        # The first and the last reach furthest, unless a clock was set back.
        if (x[1:] < x[:-1]).any():
            table = _table(x, width, x[-1])
            keep += [starts + table.argmin(axis=1), starts + table.argmax(axis=1)]
    return points.take(np.unique(np.concatenate(keep)))


def _table(column: NDArray[Any], width: int, filling: float) -> NDArray[Any]:
    """A row for each stretch; the last one is filled up."""
    rows = -(-len(column) // width)
    table = np.full(rows * width, filling, column.dtype)
    table[: len(column)] = column
    return table.reshape(rows, width)


@dataclass
class Block:
    """A row of the pyramid while it grows or is read. `units` are the kept points of each."""

    level: int
    number: int
    count: int = 0
    """points of the curve that it stands for; on level 2 only, where they are counted"""
    units: list[Points] = field(default_factory=list)
    keys: list[tuple[int, int, int]] = field(default_factory=list)
    """as `KEY`, on level 2 only"""

    @classmethod
    def of(cls, row: RowMapping) -> Block:
        """From a row of the table."""
        points = Points.unpack(row["steps"], row["seconds"], row["readings"])
        ends = np.cumsum(np.frombuffer(row["sizes"], "<u2"), dtype=np.int64)
        edges = [0, *ends.tolist()]
        units = [points.take(slice(a, b)) for a, b in pairwise(edges)]
        keys = [tuple(each) for each in np.frombuffer(row["keys"], KEY).tolist()]
        return cls(row["level"], row["block"], row["points"], units, keys)

    @property
    def chunks(self) -> int:
        """Chunks that it stands for."""
        return len(self.units) * unit_chunks(self.level)

    def row(self, run_id: str, metric: str) -> dict[str, Any]:
        """For the table."""
        points = join(self.units)
        steps, seconds, readings = points.pack()
        return {
            "run": run_id,
            "metric": metric,
            "level": self.level,
            "block": self.number,
            "chunks": self.chunks,
            "points": self.count,
            "first_step": int(points.steps.min()),
            "last_step": int(points.steps.max()),
            "first_second": float(points.seconds.min()),
            "last_second": float(points.seconds.max()),
            "keys": np.array(self.keys, KEY).tobytes(),
            "sizes": np.array([len(unit) for unit in self.units], "<u2").tobytes(),
            "steps": steps,
            "seconds": seconds,
            "readings": readings,
        }


@dataclass(frozen=True)
class Units:
    """Kept points of the units of a row, and where each unit lies on an axis."""

    first_chunk: int
    sizes: NDArray[np.int64]
    points: Points
    begins: NDArray[np.float64]
    ends: NDArray[np.float64]
    keys: NDArray[np.void]

    @classmethod
    def of(cls, row: RowMapping, span: Span) -> Units:
        """From a row of the table."""
        points = Points.unpack(row["steps"], row["seconds"], row["readings"])
        sizes = np.frombuffer(row["sizes"], "<u2").astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        x = span.x(points)
        return cls(
            row["block"] * block_chunks(row["level"]),
            sizes,
            points,
            np.minimum.reduceat(x, starts),
            np.maximum.reduceat(x, starts),
            np.frombuffer(row["keys"], KEY),
        )

    def take(self, units: NDArray[np.bool_]) -> Points:
        """The kept points of some units."""
        return self.points if units.all() else self.points.take(np.repeat(units, self.sizes))

    def overlapping(self, span: Span) -> int:
        """Points of the chunks that reach into a span; of level 2."""
        reach = (self.begins <= span.end) & (self.ends >= span.begin)
        return int(self.keys["points"][reach].sum())


class Tower:
    """The growing end of a curve's pyramid; `changed` are the rows to be written."""

    def __init__(self, chunks: int, blocks: Iterable[Block]) -> None:
        self.chunks = chunks
        self._last = {block.level: block for block in blocks}
        self._changed: dict[tuple[int, int], Block] = {}

    @property
    def changed(self) -> Sequence[Block]:
        """Blocks that are not in the table as they are now."""
        return list(self._changed.values())

    def add(self, key: Key, points: Points) -> None:
        """Appends a full chunk."""
        self._append(1, finest(points))
        second = self._append(2, reduce(points))
        second.count += len(points)
        second.keys.append((*key, len(points)))
        self.chunks += 1
        for level in LEVELS[2:]:
            if self.chunks % unit_chunks(level):
                break
            below = self._last[level - 1].units[-FACTOR:]
            self._append(level, reduce(join(below)))

    def _append(self, level: int, unit: Points) -> Block:
        number = (self.chunks - (level > 2)) // block_chunks(level)
        block = self._last.get(level)
        if block is None or block.number != number:
            block = self._last[level] = Block(level, number)
        block.units.append(unit)
        self._changed[level, number] = block
        return block
