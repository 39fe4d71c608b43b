"""How curves ended and how good they ever were, from the chunks' own extremes: no curve is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Connection, func, not_, or_, select

from jobs.history.schema import CHUNKS, OPEN


@dataclass(frozen=True)
class End:
    """Of one curve of one run. None where nothing finite was measured."""

    last: float | None
    low: float | None
    high: float | None


def ends_of(
    connection: Connection, run_ids: Sequence[str], but: Sequence[str]
) -> dict[str, dict[str, End]]:
    """By run and metric, but of those whose names begin with one of `but`."""
    wanted = not_(or_(*(CHUNKS.c.metric.startswith(each, autoescape=True) for each in but)))
    query = (
        select(
            CHUNKS.c.run, CHUNKS.c.metric, func.min(CHUNKS.c.minimum), func.max(CHUNKS.c.maximum)
        )
        .where(CHUNKS.c.run.in_(run_ids), wanted)
        .group_by(CHUNKS.c.run, CHUNKS.c.metric)
        .order_by(CHUNKS.c.run, CHUNKS.c.metric)
    )
    last = _last(connection, run_ids, wanted)
    found: dict[str, dict[str, End]] = {run_id: {} for run_id in run_ids}
    for run_id, metric, low, high in connection.execute(query):
        found[run_id][metric] = End(last.get((run_id, metric)), low, high)
    return found


def _last(
    connection: Connection, run_ids: Sequence[str], wanted: ColumnElement[bool]
) -> dict[tuple[str, str], float]:
    """The newest chunk of every curve is open, and there are few others."""
    name = (CHUNKS.c.run, CHUNKS.c.metric)
    query = select(*name, CHUNKS.c.readings).where(CHUNKS.c.run.in_(run_ids), OPEN, wanted)
    newest = {
        (run_id, metric): float(np.frombuffer(readings, "<f4")[-1])
        for run_id, metric, readings in connection.execute(
            query.order_by(*name, CHUNKS.c.attempt, CHUNKS.c.first_seq)
        )
    }
    return {name: value for name, value in newest.items() if np.isfinite(value)}
