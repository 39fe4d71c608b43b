"""Reads curves back: chunks of every attempt, joined and merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, select

from jobs.history.points import Points, join, merge
from jobs.history.schema import CHUNKS, OPEN
from jobs.measures import by_clock


def metrics_of(connection: Connection, run_ids: Sequence[str]) -> dict[str, list[str]]:
    """Names of the metrics of each run, sorted."""
    found: dict[str, list[str]] = {run_id: [] for run_id in run_ids}
    # The newest chunk of every curve is open; there are few others.
    query = select(CHUNKS.c.run, CHUNKS.c.metric).where(CHUNKS.c.run.in_(run_ids), OPEN).distinct()
    for run_id, metric in connection.execute(query):
        found[run_id].append(metric)
    return {run_id: sorted(names) for run_id, names in found.items()}


def curve(connection: Connection, run_id: str, metric: str) -> Points:
    """One curve in the order of its steps; empty when the run has no such metric."""
    return curves(connection, run_id, [metric]).get(metric, Points.empty())


def curves(
    connection: Connection, run_id: str, names: Sequence[str] | None = None
) -> dict[str, Points]:
    """All curves of the run, or those in `names`, by metric name."""
    query = select(
        CHUNKS.c.metric,
        CHUNKS.c.attempt,
        CHUNKS.c.steps,
        CHUNKS.c.seconds,
        CHUNKS.c.readings,
    ).where(CHUNKS.c.run == run_id)
    if names is not None:
        query = query.where(CHUNKS.c.metric.in_(names))
    query = query.order_by(CHUNKS.c.metric, CHUNKS.c.attempt, CHUNKS.c.first_seq)
    by_metric: dict[str, list[tuple[int, Points]]] = defaultdict(list)
    for row in connection.execute(query):
        points = Points.unpack(row.steps, row.seconds, row.readings)
        by_metric[row.metric].append((row.attempt, points))
    return {metric: _attempts(metric, chunks) for metric, chunks in by_metric.items()}


def assemble(metric: str, attempts: Sequence[Points]) -> Points:
    """One curve of what each attempt recorded: a step that was replayed counts once."""
    # By the clock two samples of the same step are two facts.
    return join(attempts) if by_clock(metric) else merge(attempts)


def _attempts(metric: str, chunks: Sequence[tuple[int, Points]]) -> Points:
    attempts: dict[int, list[Points]] = defaultdict(list)
    for attempt, points in chunks:
        attempts[attempt].append(points)
    return assemble(metric, [join(each) for each in attempts.values()])
