"""Attempts of a run: where each ran, how it ended, how far the recorder has read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, select

from jobs.history.records import Position
from jobs.history.schema import ATTEMPTS


@dataclass(frozen=True)
class Attempt:
    """One try of a run on one worker. Times are unix seconds, None when not reached."""

    run: str
    attempt: int
    worker: str
    machine: str
    device: str
    device_name: str
    claimed: float | None
    started: float | None
    ended: float | None
    reason: str
    """a reason of `Finished`, `crashed`, `lost`, or empty while it lasts"""
    cause: str
    resumed: str
    """`exact`, `best-effort` or empty when it began at step 0"""
    resume_note: str
    resume_step: int
    last_step: int
    last_seq: int
    """the recorder has stored everything up to this event"""
    held: str
    """what holds it up, in a sentence; empty while it goes on"""

    @classmethod
    def of(cls, row: Row[tuple[object, ...]]) -> Attempt:
        """From a row of the table."""
        fields = dict(row._mapping)
        return cls(**{**fields, "reason": fields["reason"] or ""})


def attempts(connection: Connection, run_id: str) -> list[Attempt]:
    """All attempts of the run, the first one first."""
    query = select(ATTEMPTS).where(ATTEMPTS.c.run == run_id).order_by(ATTEMPTS.c.attempt)
    return [Attempt.of(row) for row in connection.execute(query)]


def began(connection: Connection, run_ids: Collection[str]) -> set[str]:
    """Those of the runs that the history knows an attempt of."""
    query = select(ATTEMPTS.c.run).where(ATTEMPTS.c.run.in_(run_ids)).distinct()
    return set(connection.execute(query).scalars()) if run_ids else set()


def position(connection: Connection, run_id: str) -> Position:
    """Up to where the run's events are stored; a reader of the stream goes on after it."""
    return positions(connection, [run_id])[run_id]


def positions(connection: Connection, run_ids: Sequence[str]) -> dict[str, Position]:
    """The same of several runs, by run."""
    found: dict[str, Position] = dict.fromkeys(run_ids, (0, 0))
    columns = (ATTEMPTS.c.run, ATTEMPTS.c.attempt, ATTEMPTS.c.last_seq)
    query = select(*columns).where(ATTEMPTS.c.run.in_(run_ids)).order_by(ATTEMPTS.c.attempt)
    for row in connection.execute(query):
        found[row.run] = (row.attempt, row.last_seq)
    return found
