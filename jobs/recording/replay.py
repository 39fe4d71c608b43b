"""Compares what a resumed attempt repeats with what an earlier attempt said about those steps."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from jobs.history.points import Points, first_difference, join
from jobs.history.replays import unknown
from jobs.history.schema import ATTEMPTS, CHUNKS
from jobs.measures import by_clock

Curves = dict[str, list[tuple[int, Points]]]
"""by metric, the seq of each event and its points"""


def first_divergence(
    connection: Connection,
    run_id: str,
    attempt: int,
    curves: Curves,
    begins: Mapping[str, int],
) -> int | None:
    """The first step of the run whose value differs from that of an earlier attempt, or None.

    `begins`: by metric, the steps of the run before its curve begins, where it is that of a fold.
    """
    reached = _reached(connection, run_id, attempt)
    found: list[int] = []
    for metric, parts in curves.items():
        begin = begins.get(metric, 0)
        if by_clock(metric) or begin + parts[0][1].steps[0] > reached:
            continue
        again = join([points for _, points in parts])
        step = _divergence(connection, run_id, attempt, metric, again)
        found += [] if step is None else [begin + step]
    return min(found, default=None)


def news(
    connection: Connection,
    run_id: str,
    attempt: int,
    curves: Curves,
    begins: Mapping[str, int],
) -> Curves:
    """The curves without the steps that an earlier attempt recorded; `begins` as above."""
    if attempt == 1:
        return curves
    reached = _reached(connection, run_id, attempt)
    left: dict[str, list[tuple[int, Points]]] = {}
    for metric, parts in curves.items():
        if not by_clock(metric) and begins.get(metric, 0) + parts[0][1].steps[0] <= reached:
            again = [(seq, unknown(connection, run_id, metric, attempt, it)) for seq, it in parts]
            parts = [(seq, points) for seq, points in again if len(points)]
        if parts:
            left[metric] = parts
    return left


def _reached(connection: Connection, run_id: str, attempt: int) -> int:
    """The step of the run that the attempts before came to."""
    query = select(func.max(ATTEMPTS.c.last_step)).where(
        ATTEMPTS.c.run == run_id, ATTEMPTS.c.attempt < attempt
    )
    return connection.execute(query).scalar() or 0


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
