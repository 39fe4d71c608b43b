"""Reads what draws a stretch of a run's curves: of long ones the level of the pyramid that fits.

Where a bucket reaches over an edge of the stretch, finer ones are read, down to the points: so
nothing outside hides what is inside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, RowMapping, Select, select, tuple_

from jobs.history.levels import LEVELS, Units, block_chunks, bucket_points, unit_chunks
from jobs.history.points import Points, join
from jobs.history.schema import CHUNKS, HEADS, OPEN, PYRAMID
from jobs.history.span import Drawn, Span

FIRST = {"step": PYRAMID.c.first_step, "time": PYRAMID.c.first_second}
LAST = {"step": PYRAMID.c.last_step, "time": PYRAMID.c.last_second}
RAW = (CHUNKS.c.attempt, CHUNKS.c.first_seq, CHUNKS.c.steps, CHUNKS.c.seconds, CHUNKS.c.readings)


def window(
    connection: Connection,
    run_id: str,
    metrics: Sequence[str] | None,
    span: Span,
    pixels: int,
) -> dict[str, Drawn]:
    """By metric (all of the run, or those in `metrics`) at most a few points per pixel."""
    rows = _by_metric(connection, _heads(run_id, metrics, span))
    tails = _by_metric(connection, _open(run_id, metrics))
    found = {}
    for metric in sorted({*rows, *tails}):
        curve = Curve(connection, run_id, metric, span, pixels, rows[metric])
        found[metric] = curve.drawn([_points(row) for row in tails[metric]])
    return found


@dataclass
class Curve:
    """One curve while it is read. `heads` are its rows of level 2 without their buckets."""

    connection: Connection
    run_id: str
    metric: str
    span: Span
    pixels: int
    heads: list[Row[Any]]
    pieces: list[tuple[int, Points]] = field(default_factory=list)
    """what was found so far, by the chunk with which it begins"""
    wanted: list[tuple[int, np.void]] = field(default_factory=list)
    """numbers and keys of chunks of which every point is needed"""
    exact: bool = True

    def drawn(self, tail: list[Points]) -> Drawn:
        """What draws it, with the chunks that are not in the pyramid."""
        if self.heads:
            self._read()
        behind = join(tail)
        everything = [points for _, points in sorted(self.pieces, key=lambda piece: piece[0])]
        inside = self.span.cut(join([*everything, behind]))
        thinned = self.span.thin(inside, self.pixels)
        steps = [head.last_step for head in self.heads]
        seconds = [head.last_second for head in self.heads]
        if len(behind):
            steps.append(int(behind.steps.max()))
            seconds.append(float(behind.seconds.max()))
        return Drawn(
            thinned,
            self.exact and len(thinned) == len(inside),
            sum(head.points for head in self.heads) + len(behind),
            max(steps),
            max(seconds),
        )

    def _read(self) -> None:
        span = self.span
        begins = np.array([head.first for head in self.heads], np.float64)
        ends = np.array([head.last for head in self.heads], np.float64)
        blocks = np.array([head.block for head in self.heads])
        counts = np.array([head.points for head in self.heads])
        overlaps = (begins <= span.end) & (ends >= span.begin)
        inside = (begins >= span.begin) & (ends <= span.end)
        edges = self._second(blocks[(overlaps & ~inside) | _nearest(begins, ends, span)])
        level = self._level(int(counts[inside].sum()) + sum(it.overlapping(span) for it in edges))
        covered = np.zeros((blocks[-1] + 1) * block_chunks(2), np.bool_)
        if level:
            self._coarse(level, covered)
        bare = np.array(
            [not covered[_chunks(head.block)][: head.chunks].all() for head in self.heads]
        )
        for units in [*edges, *self._second(blocks[inside & bare])]:
            self._fine(units, covered, coarse=level > 0)
        self._whole()

    def _level(self, points: int) -> int:
        """The coarsest level with a bucket for each pixel; 0: the points themselves."""
        fitting = [each for each in LEVELS if bucket_points(each) * self.pixels <= points]
        return max(fitting, default=0)

    def _coarse(self, level: int, covered: NDArray[np.bool_]) -> None:
        """Takes the buckets of a level that lie within; marks the chunks they stand for."""
        first, last = FIRST[self.span.axis], LAST[self.span.axis]
        within = (first <= self.span.end) & (last >= self.span.begin)
        for row in self._rows((PYRAMID.c.level == level) & within):
            units = Units.of(row, self.span)
            inside = (units.begins >= self.span.begin) & (units.ends <= self.span.end)
            if inside.any():
                self.exact = False
                self.pieces.append((units.first_chunk, units.take(inside)))
                marks = np.repeat(inside, unit_chunks(level))
                covered[units.first_chunk : units.first_chunk + len(marks)] |= marks

    def _second(self, blocks: NDArray[np.int64]) -> list[Units]:
        """Rows of level 2."""
        if not len(blocks):
            return []
        here = (PYRAMID.c.level == 2) & PYRAMID.c.block.in_(blocks.tolist())
        return [Units.of(row, self.span) for row in self._rows(here)]

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

    def _whole(self) -> None:
        """Reads the chunks that are wanted point by point, those that follow each other at once."""
        wanted = sorted(self.wanted, key=lambda each: each[0])
        gaps = np.flatnonzero(np.diff([number for number, _ in wanted]) > 1) + 1
        for first, last in pairwise([0, *gaps.tolist(), len(wanted)]):
            if first == last:
                continue
            key = tuple_(CHUNKS.c.attempt, CHUNKS.c.first_seq)
            query = select(*RAW).where(
                CHUNKS.c.run == self.run_id,
                CHUNKS.c.metric == self.metric,
                key >= _key(wanted[first][1]),
                key <= _key(wanted[last - 1][1]),
            )
            rows = self.connection.execute(query.order_by(CHUNKS.c.attempt, CHUNKS.c.first_seq))
            self.pieces.append((wanted[first][0], join([_points(row) for row in rows])))

    def _rows(self, where: ColumnElement[bool]) -> Sequence[RowMapping]:
        here = (PYRAMID.c.run == self.run_id) & (PYRAMID.c.metric == self.metric)
        query = select(PYRAMID).where(here, where).order_by(PYRAMID.c.block)
        return self.connection.execute(query).mappings().all()


def _heads(run_id: str, metrics: Sequence[str] | None, span: Span) -> Select[Any]:
    query = select(
        PYRAMID.c.metric,
        PYRAMID.c.block,
        PYRAMID.c.chunks,
        PYRAMID.c.points,
        PYRAMID.c.last_step,
        PYRAMID.c.last_second,
        FIRST[span.axis].label("first"),
        LAST[span.axis].label("last"),
    ).where(PYRAMID.c.run == run_id, HEADS)
    if metrics is not None:
        query = query.where(PYRAMID.c.metric.in_(metrics))
    return query.order_by(PYRAMID.c.metric, PYRAMID.c.block)


def _open(run_id: str, metrics: Sequence[str] | None) -> Select[Any]:
    query = select(CHUNKS.c.metric, *RAW).where(CHUNKS.c.run == run_id, OPEN)
    if metrics is not None:
        query = query.where(CHUNKS.c.metric.in_(metrics))
    return query.order_by(CHUNKS.c.metric, CHUNKS.c.attempt, CHUNKS.c.first_seq)


def _by_metric(connection: Connection, query: Select[Any]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.metric].append(row)
    return found


def _points(row: Any) -> Points:
    return Points.unpack(row.steps, row.seconds, row.readings)


def _key(chunk: np.void) -> tuple[int, int]:
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
