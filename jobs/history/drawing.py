"""A curve while it is read for a stretch of it: of a long one the level of the pyramid that fits.

Where a bucket reaches over an edge of the stretch, finer ones are read, down to the points: so
nothing outside hides what is inside.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import RowMapping

from jobs.history.levels import LEVELS, Key, Units, block_chunks, bucket_points, unit_chunks
from jobs.history.points import Points, join
from jobs.history.span import Drawn, Span


@dataclass(frozen=True)
class Buckets:
    """Rows of a level of the pyramid: those with these numbers, else all that reach the span."""

    level: int
    blocks: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Chunks:
    """Every point from one chunk to another."""

    first: Key
    last: Key


Wish = Buckets | Chunks
Rows = Sequence[RowMapping]
Reading = Generator[Wish, Rows, Drawn]
"""says what it needs next, is sent the rows, and returns what draws the curve"""


@dataclass
class Curve:
    """One curve while it is read. `heads` are its rows of level 2 without their buckets."""

    span: Span
    pixels: int
    heads: Rows
    tail: list[Points]
    """the chunks that are not in the pyramid"""
    pieces: list[tuple[int, Points]] = field(default_factory=list)
    """what was found so far, by the chunk with which it begins"""
    wanted: list[tuple[int, np.void]] = field(default_factory=list)
    """numbers and keys of chunks of which every point is needed"""
    exact: bool = True

    def read(self) -> Reading:
        """What draws it."""
        if self.heads:
            yield from self._pyramid()
        behind = join(self.tail)
        everything = [points for _, points in sorted(self.pieces, key=lambda piece: piece[0])]
        inside = self.span.cut(join([*everything, behind]))
        thinned = self.span.thin(inside, self.pixels)
        steps = [head["last_step"] for head in self.heads]
        seconds = [head["last_second"] for head in self.heads]
        if len(behind):
            steps.append(int(behind.steps.max()))
            seconds.append(float(behind.seconds.max()))
        return Drawn(
            thinned,
            self.exact and len(thinned) == len(inside),
            sum(head["points"] for head in self.heads) + len(behind),
            max(steps),
            max(seconds),
        )

    def _pyramid(self) -> Generator[Wish, Rows, None]:
        span = self.span
        begins = np.array([head["first"] for head in self.heads], np.float64)
        ends = np.array([head["last"] for head in self.heads], np.float64)
        blocks = np.array([head["block"] for head in self.heads])
        counts = np.array([head["points"] for head in self.heads])
        overlaps = (begins <= span.end) & (ends >= span.begin)
        inside = (begins >= span.begin) & (ends <= span.end)
        edge = (overlaps & ~inside) | _nearest(begins, ends, span)
        edges = yield from self._second(blocks[edge])
        level = self._level(int(counts[inside].sum()) + sum(it.overlapping(span) for it in edges))
        covered = np.zeros((blocks[-1] + 1) * block_chunks(2), np.bool_)
        if level:
            self._coarse((yield Buckets(level)), covered)
        bare = np.array(
            [not covered[_chunks(head["block"])][: head["chunks"]].all() for head in self.heads]
        )
        finer = yield from self._second(blocks[inside & bare])
        for units in [*edges, *finer]:
            self._fine(units, covered, coarse=level > 0)
        yield from self._whole()

    def _level(self, points: int) -> int:
        """The coarsest level with a bucket for each pixel; 0: the points themselves."""
        fitting = [each for each in LEVELS if bucket_points(each) * self.pixels <= points]
        return max(fitting, default=0)

    def _coarse(self, rows: Rows, covered: NDArray[np.bool_]) -> None:
        """Takes the buckets that lie within; marks the chunks they stand for."""
        for row in rows:
            units = Units.of(row, self.span)
            inside = (units.begins >= self.span.begin) & (units.ends <= self.span.end)
            if inside.any():
                self.exact = False
                self.pieces.append((units.first_chunk, units.take(inside)))
                marks = np.repeat(inside, unit_chunks(row["level"]))
                covered[units.first_chunk : units.first_chunk + len(marks)] |= marks

    def _second(self, blocks: NDArray[np.int64]) -> Generator[Wish, Rows, list[Units]]:
        """Rows of level 2."""
        if not len(blocks):
            return []
        rows = yield Buckets(2, frozenset(blocks.tolist()))
        return [Units.of(row, self.span) for row in rows]

    def _fine(self, units: Units, covered: NDArray[np.bool_], *, coarse: bool) -> None:
        """Of what no bucket stands for yet: chunks at an edge point by point, those beside it only
        as far as they reach, and those within by their own bucket if it is `coarse` anyway.
        """
        place = slice(units.first_chunk, units.first_chunk + len(units.sizes))
        bare = ~covered[place]
        beside = bare & ((units.begins > self.span.end) | (units.ends < self.span.begin))
        within = (units.begins >= self.span.begin) & (units.ends <= self.span.end)
        bucket = bare & within & coarse
        self.exact = self.exact and not bucket.any()
        self.pieces.append((units.first_chunk, units.take(beside | bucket)))
        for unit in np.flatnonzero(bare & ~beside & ~bucket):
            self.wanted.append((units.first_chunk + int(unit), units.keys[unit]))

    def _whole(self) -> Generator[Wish, Rows, None]:
        """Reads the chunks that are wanted point by point, those that follow each other at once."""
        wanted = sorted(self.wanted, key=lambda each: each[0])
        gaps = np.flatnonzero(np.diff([number for number, _ in wanted]) > 1) + 1
        for first, last in pairwise([0, *gaps.tolist(), len(wanted)]):
            if first == last:
                continue
            rows = yield Chunks(_key(wanted[first][1]), _key(wanted[last - 1][1]))
            self.pieces.append((wanted[first][0], join([unpacked(row) for row in rows])))


def unpacked(row: RowMapping) -> Points:
    """The points of a chunk."""
    return Points.unpack(row["steps"], row["seconds"], row["readings"])


def _key(chunk: np.void) -> Key:
    return (int(chunk["attempt"]), int(chunk["first_seq"]))


def _chunks(block: int) -> slice:
    """Those of a row of level 2."""
    return slice(block * block_chunks(2), (block + 1) * block_chunks(2))


def _nearest(
    begins: NDArray[np.float64], ends: NDArray[np.float64], span: Span
) -> NDArray[np.bool_]:
    """The rows in which the neighbours of the span may be."""
    near = np.zeros(len(begins), np.bool_)
    before = np.where(ends < span.begin, ends, -np.inf)
    behind = np.where(begins > span.end, begins, np.inf)
    if np.isfinite(before).any():
        near[before.argmax()] = True
    if np.isfinite(behind).any():
        near[behind.argmin()] = True
    return near
