"""All runs counted, in a few queries: for gauges, which are asked for every few seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, and_, bindparam, func, select

from jobs.history.points import Points
from jobs.history.records import Position
from jobs.history.schema import ATTEMPTS, CHUNKS, RECORDS, RUNS
from jobs.measures import named
from jobs.own.scores import LOSSES
from jobs.status import Facts, Status, judge

UNDER_WAY: frozenset[Status] = frozenset({"running", "held", "pausing", "stopping"})

# Built once: putting a statement together takes longer than SQLite does.
_LATEST = (
    select(CHUNKS.c.steps, CHUNKS.c.seconds, CHUNKS.c.readings)
    .where(CHUNKS.c.run == bindparam("of"), CHUNKS.c.metric == bindparam("called"))
    .order_by(CHUNKS.c.attempt.desc(), CHUNKS.c.first_seq.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Training:
    """A run that trains now."""

    id: str
    name: str
    step: int
    total_steps: int | None
    epoch: int
    loss: float | None
    """the newest one stored; None before the first"""
    steps_per_second: float | None
    """over the newest stored points, up to 512"""


@dataclass(frozen=True)
class Tally:
    """One moment of the history."""

    statuses: Counter[Status]
    training: list[Training]
    """the newest first"""
    waiting_since: float | None
    """when the oldest queued run was launched, unix seconds"""
    positions: dict[str, Position]
    """of the runs that are not over: up to where their events are stored"""
    events: int
    alerts: int


def tally(connection: Connection) -> Tally:
    """Counts. About 10 ms for a thousand runs."""
    rows = connection.execute(_newest_attempts()).all()
    verdicts = [judge(_facts(row._mapping)) for row in rows]
    pairs = list(zip(rows, verdicts, strict=True))
    waiting = [row.created for row, verdict in pairs if verdict.status == "queued"]
    return Tally(
        statuses=Counter(verdict.status for verdict in verdicts),
        training=[
            _training(connection, row) for row, verdict in pairs if verdict.status in UNDER_WAY
        ],
        waiting_since=min(waiting, default=None),
        positions={
            row.id: (row.attempt, row.last_seq)
            for row, verdict in pairs
            if not verdict.ended and row.attempt is not None
        },
        events=int(connection.execute(select(func.sum(ATTEMPTS.c.last_seq))).scalar() or 0),
        alerts=_count(connection, "alert"),
    )


def _newest_attempts() -> Any:
    """Each run with its newest attempt, the newest run first; of that nothing where none was."""
    newest = (
        select(ATTEMPTS.c.run, func.max(ATTEMPTS.c.attempt).label("attempt"))
        .group_by(ATTEMPTS.c.run)
        .subquery()
    )
    last = and_(ATTEMPTS.c.run == newest.c.run, ATTEMPTS.c.attempt == newest.c.attempt)
    joined = RUNS.outerjoin(newest, newest.c.run == RUNS.c.id).outerjoin(ATTEMPTS, last)
    columns = (
        *(RUNS.c.id, RUNS.c.name, RUNS.c.created, RUNS.c.desired, RUNS.c.step, RUNS.c.source),
        *(RUNS.c.total_steps, RUNS.c.epoch, RUNS.c.fold, RUNS.c.retried),
        *(ATTEMPTS.c.attempt, ATTEMPTS.c.started, ATTEMPTS.c.ended, ATTEMPTS.c.reason),
        *(ATTEMPTS.c.cause, ATTEMPTS.c.held, ATTEMPTS.c.last_seq),
    )
    query = select(*columns).select_from(joined).where(RUNS.c.removal.is_(None))
    return query.order_by(RUNS.c.id.desc())


def _facts(row: RowMapping) -> Facts:
    return Facts.of(row, row if row["attempt"] is not None else None)


def pace(connection: Connection, run_id: str, fold: int) -> float | None:
    """Steps a second over the newest stored points, up to 512; None before there are two."""
    return _speed(_losses(connection, run_id, fold))


def _losses(connection: Connection, run_id: str, fold: int) -> Points:
    return _latest(connection, run_id, [named(LOSSES[0], fold), *LOSSES[1:]])


def _speed(points: Points) -> float | None:
    span = float(points.seconds[-1] - points.seconds[0]) if len(points) > 1 else 0.0
    steps = int(points.steps[-1] - points.steps[0]) if len(points) > 1 else 0
    return steps / span if span > 0 and steps > 0 else None


def _training(connection: Connection, row: Row[Any]) -> Training:
    points = _losses(connection, row.id, row.fold)
    return Training(
        id=row.id,
        name=row.name,
        step=row.step,
        total_steps=row.total_steps,
        epoch=row.epoch,
        loss=float(points.values[-1]) if len(points) else None,
        steps_per_second=_speed(points),
    )


def _latest(connection: Connection, run_id: str, metrics: Sequence[str]) -> Points:
    """The newest chunk of the first of these curves that the run has; no point when of none."""
    for metric in metrics:
        row = connection.execute(_LATEST, {"of": run_id, "called": metric}).first()
        if row is not None:
            return Points.unpack(row.steps, row.seconds, row.readings)
    return Points.empty()


def _count(connection: Connection, kind: str) -> int:
    query = select(func.count()).select_from(RECORDS).where(RECORDS.c.kind == kind)
    return int(connection.execute(query).scalar() or 0)
