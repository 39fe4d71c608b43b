"""Compares what a resumed attempt repeats with what an earlier attempt said about those steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from jobs.history.points import Points, first_difference, join
from jobs.history.schema import ATTEMPTS, CHUNKS
from jobs.measures import HARDWARE


def first_divergence(
    connection: Connection,
    run_id: str,
    attempt: int,
    curves: Mapping[str, Sequence[tuple[int, Points]]],
) -> int | None:
    """The first step whose value differs from that of an earlier attempt, or None."""
    query = select(func.max(ATTEMPTS.c.last_step)).where(
        ATTEMPTS.c.run == run_id, ATTEMPTS.c.attempt < attempt
    )
    reached = connection.execute(query).scalar() or 0
    found = [
        _divergence(connection, run_id, attempt, metric, join([points for _, points in parts]))
        for metric, parts in curves.items()
        if not metric.startswith(HARDWARE) and parts[0][1].steps[0] <= reached
    ]
    return min((step for step in found if step is not None), default=None)


def _divergence(
    connection: Connection, run_id: str, attempt: int, metric: str, again: Points
) -> int | None:
    query = select(CHUNKS.c.steps, CHUNKS.c.seconds, CHUNKS.c.readings).where(
        CHUNKS.c.run == run_id,
        CHUNKS.c.metric == metric,
        CHUNKS.c.attempt < attempt,
        CHUNKS.c.first_step <= int(again.steps.max()),
        CHUNKS.c.last_step >= int(again.steps.min()),
    )
    for row in connection.execute(query):
        known = Points.unpack(row.steps, row.seconds, row.readings)
        if (step := first_difference(known, again)) is not None:
            return step
    return None
