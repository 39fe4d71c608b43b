"""How curves ended and how good they ever were, from the chunks' own extremes: no curve is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, func, not_, or_, select

from jobs.history.schema import CHUNKS


@dataclass(frozen=True)
class End:
    """Of one curve of one run. None where nothing finite was measured."""

    last: float | None
    low: float | None
    high: float | None


def ends(connection: Connection, run_id: str, but: Sequence[str]) -> dict[str, End]:
    """By metric, but of those whose names begin with one of `but`."""
    wanted = not_(or_(*(CHUNKS.c.metric.startswith(each, autoescape=True) for each in but)))
    query = (
        select(CHUNKS.c.metric, func.min(CHUNKS.c.minimum), func.max(CHUNKS.c.maximum))
        .where(CHUNKS.c.run == run_id, wanted)
        .group_by(CHUNKS.c.metric)
        .order_by(CHUNKS.c.metric)
    )
    return {
        metric: End(_last(connection, run_id, metric), low, high)
        for metric, low, high in connection.execute(query)
    }


def _last(connection: Connection, run_id: str, metric: str) -> float | None:
    query = (
        select(CHUNKS.c.readings)
        .where(CHUNKS.c.run == run_id, CHUNKS.c.metric == metric)
        .order_by(CHUNKS.c.attempt.desc(), CHUNKS.c.first_seq.desc())
        .limit(1)
    )
    value = float(np.frombuffer(connection.execute(query).scalar_one(), "<f4")[-1])
    return value if np.isfinite(value) else None
