"""The status of runs in SQL, so that a list of thousands can be filtered by it.

It says what `jobs/status.py` says and nothing else: a test compares both for every combination.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, and_, case, func, or_, select

from jobs.history.schema import ATTEMPTS, RUNS
from jobs.status import COMPLETED

LAST = ATTEMPTS.alias("last")
"""the newest attempt of each run; all null where there was none"""


def with_last() -> FromClause:
    """The runs, each with its newest attempt."""
    newest = select(func.max(ATTEMPTS.c.attempt)).where(ATTEMPTS.c.run == RUNS.c.id)
    last = and_(LAST.c.run == RUNS.c.id, LAST.c.attempt == newest.scalar_subquery())
    return RUNS.outerjoin(LAST, last)


def status() -> ColumnElement[str]:
    """The status of each row of `with_last()`."""
    stopped, paused = RUNS.c.desired == "stopped", RUNS.c.desired == "paused"
    ours, none, under_way = RUNS.c.source != "script", *_of_last()
    # Before its first attempt, or before one that somebody asked for: nothing it did counts.
    waits = or_(none, and_(~under_way, RUNS.c.retried >= LAST.c.attempt))
    return case(
        (and_(none, ~ours), "starting"),
        (and_(waits, stopped), "stopped"),
        (and_(waits, paused), "paused"),
        (waits, "queued"),
        (and_(under_way, stopped), "stopping"),
        (and_(under_way, paused), "pausing"),
        (and_(under_way, LAST.c.held != ""), "held"),
        (and_(under_way, LAST.c.started.is_not(None)), "running"),
        (and_(under_way, LAST.c.attempt > 1), "resuming"),
        (under_way, "starting"),
        (LAST.c.reason.in_(sorted(COMPLETED)), "finished"),
        (LAST.c.reason.in_(("failed", "stopped")), LAST.c.reason),
        (~ours, "failed"),
        (stopped, "stopped"),
        (paused, "paused"),
        (LAST.c.reason == "paused", "queued"),
        else_="resuming",
    )


def _of_last() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether there is no attempt, and whether the newest one goes on."""
    none = LAST.c.attempt.is_(None)
    return none, and_(~none, LAST.c.ended.is_(None))
