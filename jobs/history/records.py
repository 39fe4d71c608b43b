"""Reads the events that are no points: evaluations, checkpoints, logs, alerts, ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select, tuple_

from engine.events import Evaluation
from jobs.history.schema import EVALUATIONS, RECORDS

Position = tuple[int, int]
"""attempt and seq; `(0, 0)` is before everything"""


@dataclass(frozen=True)
class Record:
    """One stored event. `body` is its JSON object as the trainer wrote it."""

    attempt: int
    seq: int
    kind: str
    step: int
    time: float
    """unix seconds"""
    body: dict[str, Any]

    @property
    def position(self) -> Position:
        """Where it stands in the run's stream."""
        return (self.attempt, self.seq)


def records(
    connection: Connection,
    run_id: str,
    kinds: Sequence[str] = (),
    after: Position = (0, 0),
    limit: int | None = None,
) -> list[Record]:
    """Events of the given kinds (all when empty) after a position, oldest first."""
    query = select(RECORDS).where(RECORDS.c.run == run_id)
    if kinds:
        query = query.where(RECORDS.c.kind.in_(kinds))
    if after > (0, 0):
        query = query.where(tuple_(RECORDS.c.attempt, RECORDS.c.seq) > after)
    query = query.order_by(RECORDS.c.attempt, RECORDS.c.seq).limit(limit)
    return _read(connection, query)


def told(connection: Connection, run_id: str, log_lines: int) -> list[Record]:
    """What a page shows of the run, oldest first: of log lines the newest, of evaluations none."""
    here = RECORDS.c.run == run_id
    lines = select(RECORDS).where(here, RECORDS.c.kind == "log")
    newest = lines.order_by(RECORDS.c.attempt.desc(), RECORDS.c.seq.desc()).limit(log_lines)
    others = select(RECORDS).where(here, RECORDS.c.kind.not_in(("log", "evaluation")))
    found = _read(connection, newest) + _read(connection, others)
    return sorted(found, key=lambda record: record.position)


def lines_before(connection: Connection, run_id: str, before: Position, limit: int) -> list[Record]:
    """The last log lines before a position, oldest first."""
    query = select(RECORDS).where(
        RECORDS.c.run == run_id,
        RECORDS.c.kind == "log",
        tuple_(RECORDS.c.attempt, RECORDS.c.seq) < before,
    )
    newest = query.order_by(RECORDS.c.attempt.desc(), RECORDS.c.seq.desc()).limit(limit)
    return _read(connection, newest)[::-1]


def _read(connection: Connection, query: Select[Any]) -> list[Record]:
    return [
        Record(row.attempt, row.seq, row.kind, row.step, row.time, json.loads(row.body))
        for row in connection.execute(query)
    ]


def counts(connection: Connection, run_id: str) -> dict[str, int]:
    """How many events of each kind there are."""
    return counts_of(connection, [run_id])[run_id]


def counts_of(connection: Connection, run_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """The same of several runs, by run; empty for one that has none."""
    kinds = (RECORDS.c.run, RECORDS.c.kind)
    query = select(*kinds, func.count().label("number")).where(RECORDS.c.run.in_(run_ids))
    found: dict[str, dict[str, int]] = {run_id: {} for run_id in run_ids}
    for row in connection.execute(query.group_by(*kinds)):
        found[row.run][row.kind] = row.number
    return found


def evaluations(connection: Connection, run_id: str) -> list[Evaluation]:
    """The newest evaluation of each split, whole; of folds the test of each, in their order."""
    query = select(EVALUATIONS.c.body).where(EVALUATIONS.c.run == run_id)
    bodies = connection.execute(query).scalars()
    found = [Evaluation.model_validate_json(body) for body in bodies]
    return sorted(found, key=lambda each: (each.split, each.fold))
