"""What waits and what trains, in the order of the queue, and how long it is likely to take."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select, update

from jobs.history.runs import IN_ORDER, PLACE
from jobs.history.schema import ATTEMPTS, COMMANDS, RUNS
from jobs.history.standing import COLUMNS, Standing, standing
from jobs.history.states import LAST, status, with_last
from jobs.history.tally import pace
from jobs.order import Seat
from jobs.status import COMPLETED, Status

WAITING: frozenset[Status] = frozenset({"queued", "paused", "resuming"})
TRAINING: frozenset[Status] = frozenset(
    {"starting", "running", "held", "pausing", "stopping", "resuming"}
)
EARLIER = 20
"""so many of the newest finished runs of a kind say how long another one is likely to take"""


@dataclass(frozen=True)
class Queue:
    """One moment: runs that wait, in order, and runs that hold devices."""

    waiting: list[Standing]
    training: list[Standing]


def queue(connection: Connection) -> Queue:
    """All of it. About 60 ms for ten thousand that wait."""
    query = (
        select(*COLUMNS)
        .select_from(with_last())
        .where(
            status().in_(WAITING | TRAINING), RUNS.c.removal.is_(None), RUNS.c.source != "script"
        )
    )
    found = [standing(row) for row in connection.execute(query.order_by(*IN_ORDER)).mappings()]
    training = [each for each in found if each.trains]
    return Queue([each for each in found if not each.trains], training)


def line(connection: Connection) -> list[Seat]:
    """Only where those that wait stand, in order. About 40 ms for ten thousand."""
    query = (
        select(RUNS.c.id, RUNS.c.priority, PLACE)
        .select_from(with_last())
        .where(status().in_(WAITING), or_(LAST.c.attempt.is_(None), LAST.c.ended.is_not(None)))
        .where(RUNS.c.removal.is_(None), RUNS.c.source != "script")
        .order_by(*IN_ORDER)
    )
    return [Seat(*row) for row in connection.execute(query)]


def seconds_left(connection: Connection, run: Standing) -> float | None:
    """Of a run that trains, by its newest measured pace; None before that is known.

    Nor does anybody know how long a full disk holds a run up. One that was asked to pause or to
    stop frees its device after the current step.
    """
    if run.verdict.status == "held":
        return None
    if run.verdict.status in ("pausing", "stopping"):
        return 0.0
    speed = pace(connection, run.id, run.fold)
    if not speed or not run.total_steps:
        return None
    return max(0.0, run.total_steps - run.facts.step) / speed


def usual_seconds(connection: Connection, kinds: Iterable[str]) -> dict[str, float]:
    """How long runs of these kinds (`Standing.what`) took, by kind: the median of the newest that
    finished in one attempt. Nothing for a kind that never did.
    """
    found: dict[str, float] = {}
    for kind in set(kinds):
        model, _, data = kind.partition(" on ")
        took = (ATTEMPTS.c.ended - ATTEMPTS.c.started).label("took")
        query = (
            select(took)
            .join(RUNS, RUNS.c.id == ATTEMPTS.c.run)
            .where(RUNS.c.model == model, RUNS.c.data == data, ATTEMPTS.c.attempt == 1)
            .where(ATTEMPTS.c.reason.in_(COMPLETED), ATTEMPTS.c.started.is_not(None))
            .order_by(RUNS.c.id.desc())
            .limit(EARLIER)
        )
        if seconds := sorted(connection.execute(query).scalars()):
            found[kind] = float(seconds[len(seconds) // 2])
    return found


def paused_by(connection: Connection, run_ids: Collection[str]) -> dict[str, str]:
    """Who paused each of these runs last; empty where nobody knows."""
    newest = (
        select(COMMANDS.c.run, func.max(COMMANDS.c.id).label("id"))
        .where(COMMANDS.c.op == "pause")
        .group_by(COMMANDS.c.run)
        .subquery()
    )
    query = select(COMMANDS.c.run, COMMANDS.c.body).join(
        newest, (newest.c.run == COMMANDS.c.run) & (newest.c.id == COMMANDS.c.id)
    )
    found = connection.execute(query)
    return {row.run: json.loads(row.body).get("who", "") for row in found if row.run in run_ids}


def place(connection: Connection, spots: Sequence[Seat]) -> None:
    """Writes down where runs stand."""
    for each in spots:
        here = update(RUNS).where(RUNS.c.id == each.id)
        connection.execute(here.values(priority=each.priority, place=each.place))


def prioritise(connection: Connection, run_ids: Collection[str], priority: int) -> None:
    """Gives runs another priority; within it they stand by their place as before."""
    connection.execute(update(RUNS).where(RUNS.c.id.in_(run_ids)).values(priority=priority))
