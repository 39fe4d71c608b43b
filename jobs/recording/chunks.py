"""Writes points as chunks of at most 512; the last chunk of a curve grows until it is full."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from jobs.history.points import Points, join
from jobs.history.schema import CHUNKS
from jobs.recording import pyramid
from jobs.recording.upsert import upsert

CHUNK_POINTS = 512


@dataclass
class Chunk:
    """Consecutive points of one curve and attempt; `first_seq` is its name in the database."""

    first_seq: int
    parts: list[Points] = field(default_factory=list)
    count: int = 0

    def add(self, points: Points) -> None:
        """Appends."""
        self.parts.append(points)
        self.count += len(points)


def append(
    connection: Connection,
    run_id: str,
    attempt: int,
    curves: dict[str, list[tuple[int, Points]]],
) -> None:
    """Adds the points of events (seq, points) to the curves of one attempt.

    The points of one event stay in one chunk, so that (run, metric, attempt, first seq) names it
    and writing the same events again replaces chunks by themselves.
    """
    rows: list[dict[str, Any]] = []
    full: list[str] = []
    for metric, parts in curves.items():
        tail = _tail(connection, run_id, attempt, metric)
        chunks = _divide(tail, parts)
        rows += [_row(run_id, attempt, metric, chunk) for chunk in chunks]
        if tail is None or len(chunks) > 1:
            full.append(metric)
    if rows:
        upsert(connection, CHUNKS, rows)
    for metric in full:
        pyramid.sum_up(connection, run_id, metric)


def _tail(connection: Connection, run_id: str, attempt: int, metric: str) -> Chunk | None:
    """The last chunk of the curve, whole; None when there is none or it is full."""
    query = (
        select(
            CHUNKS.c.first_seq, CHUNKS.c.points, CHUNKS.c.steps, CHUNKS.c.seconds, CHUNKS.c.readings
        )
        .where(CHUNKS.c.run == run_id, CHUNKS.c.metric == metric, CHUNKS.c.attempt == attempt)
        .order_by(CHUNKS.c.first_seq.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None or row.points >= CHUNK_POINTS:
        return None
    points = Points.unpack(row.steps, row.seconds, row.readings)
    return Chunk(row.first_seq, [points], len(points))


def _divide(tail: Chunk | None, parts: Iterable[tuple[int, Points]]) -> list[Chunk]:
    chunks = [] if tail is None else [tail]
    for seq, points in parts:
        if not chunks or chunks[-1].count + len(points) > CHUNK_POINTS:
            chunks.append(Chunk(seq))
        chunks[-1].add(points)
    return chunks


def _row(run_id: str, attempt: int, metric: str, chunk: Chunk) -> dict[str, Any]:
    points = join(chunk.parts)
    steps, seconds, readings = points.pack()
    minimum, maximum = points.range()
    return {
        "run": run_id,
        "metric": metric,
        "attempt": attempt,
        "first_seq": chunk.first_seq,
        "first_step": int(points.steps.min()),
        "last_step": int(points.steps.max()),
        "points": len(points),
        "minimum": minimum,
        "maximum": maximum,
        "steps": steps,
        "seconds": seconds,
        "readings": readings,
        "summed": 0,
    }
