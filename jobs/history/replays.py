"""What a later attempt repeats: a step of a curve counts once, as first recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection, ScalarSelect, delete, func, select, update

from jobs.history.points import Points
from jobs.history.schema import CHUNKS
from jobs.measures import by_clock


def unknown(
    connection: Connection, run_id: str, metric: str, attempt: int, points: Points
) -> Points:
    """Those of the points whose step no earlier attempt recorded; by the clock all are."""
    if by_clock(metric) or not len(points):
        return points
    query = select(CHUNKS.c.steps).where(
        CHUNKS.c.run == run_id,
        CHUNKS.c.metric == metric,
        CHUNKS.c.attempt < attempt,
        CHUNKS.c.first_step <= int(points.steps.max()),
        CHUNKS.c.last_step >= int(points.steps.min()),
    )
    for steps in connection.execute(query).scalars():
        points = points.take(~np.isin(points.steps, np.frombuffer(steps, "<i4")))
    return points


def forget(connection: Connection) -> None:
    """Removes what earlier Trainyards stored of repeated steps. Doing it again changes nothing."""
    later = (
        select(
            CHUNKS.c.run,
            CHUNKS.c.metric,
            CHUNKS.c.attempt,
            CHUNKS.c.first_seq,
            CHUNKS.c.steps,
            CHUNKS.c.seconds,
            CHUNKS.c.readings,
        )
        .where(CHUNKS.c.attempt > 1, CHUNKS.c.first_step <= _reached())
        .order_by(CHUNKS.c.run, CHUNKS.c.metric, CHUNKS.c.attempt, CHUNKS.c.first_seq)
    )
    for row in connection.execute(later).all():
        points = Points.unpack(row.steps, row.seconds, row.readings)
        left = unknown(connection, row.run, row.metric, row.attempt, points)
        if len(left) < len(points):
            _keep(connection, row, left)


def _reached() -> ScalarSelect[Any]:
    """The last step of the curve in the attempts before."""
    earlier = CHUNKS.alias()
    return (
        select(func.max(earlier.c.last_step))
        .where(
            earlier.c.run == CHUNKS.c.run,
            earlier.c.metric == CHUNKS.c.metric,
            earlier.c.attempt < CHUNKS.c.attempt,
        )
        .scalar_subquery()
    )


def _keep(connection: Connection, row: Any, points: Points) -> None:
    here = (
        (CHUNKS.c.run == row.run)
        & (CHUNKS.c.metric == row.metric)
        & (CHUNKS.c.attempt == row.attempt)
        & (CHUNKS.c.first_seq == row.first_seq)
    )
    if not len(points):
        connection.execute(delete(CHUNKS).where(here))
        return
    steps, seconds, readings = points.pack()
    minimum, maximum = points.range()
    change = update(CHUNKS).where(here)
    connection.execute(
        change.values(
            first_step=int(points.steps.min()),
            last_step=int(points.steps.max()),
            points=len(points),
            minimum=minimum,
            maximum=maximum,
            steps=steps,
            seconds=seconds,
            readings=readings,
        )
    )
