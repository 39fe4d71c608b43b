"""What people ask of runs: stop, pause, resume, save a checkpoint, try again. One or many at once.

What is asked is written down first, so that it takes effect however often Redis, the recorder or a
trainer die; asked twice it is done once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from redis import Redis, RedisError
from sqlalchemy import Connection

from jobs import queue
from jobs.history import labels, orders, standing
from jobs.history import runs as rows
from jobs.history.orders import Given
from jobs.history.standing import Standing
from jobs.ids import new_id
from jobs.permitted import WISHES, Op, permit
from jobs.run import Run
from jobs.services.runs import CHANGES_KEPT, NotPossible, UnknownRun
from jobs.wire import keys
from jobs.wire.connect import RedisUnavailable
from jobs.wire.control import WISHES as SAID
from jobs.yard import Yard

AT_ONCE = 200
"""so many are put on the queue here; the recorder puts the others"""

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What became of a command for one run."""

    run_id: str
    name: str
    state: Literal["do", "already", "refused"]
    why: str = ""
    """a sentence, where it was refused"""


@dataclass(frozen=True)
class Told:
    """A command as people see it: when it was given, and the step at which it took effect."""

    op: str
    who: str
    time: float
    """unix seconds"""
    state: Literal["done", "waits", "taken back"]
    step: int | None
    note: str


def ask(yard: Yard, run_id: str, op: Op, who: str = "") -> None:
    """Asks one run. Raises UnknownRun, and NotPossible where it cannot be."""
    (answer,) = ask_all(yard, [run_id], op, who)
    if answer.state == "refused":
        raise NotPossible(answer.why)


def ask_all(yard: Yard, run_ids: Sequence[str], op: Op, who: str = "") -> list[Answer]:
    """Asks several runs, in one transaction; those that cannot are left as they are.

    Raises UnknownRun, before anything is done, where one is not there.
    """
    with yard.history.writing() as connection:
        found = standing.of_ids(connection, run_ids)
        _check_known(run_ids, found)
        answers = [_answer(each, op) for each in found]
        asked = [each for each, it in zip(found, answers, strict=True) if it.state == "do"]
        ids = {each.id: new_id() for each in asked}
        _write(connection, asked, op)
        orders.add(connection, op, ids, who)
    try:
        _send(yard.redis, asked, op, ids)
    except (RedisError, RedisUnavailable) as error:
        LOG.warning("The %s is saved and will be sent when Redis answers (%s).", op, error)
    return answers


def told(yard: Yard, run: Run) -> list[Told]:
    """Everything that was asked of a run, oldest first."""
    with yard.history.reading() as connection:
        given = orders.of_run(connection, run.id)
    return [_told(each, given[place + 1 :], run) for place, each in enumerate(given)]


def _check_known(run_ids: Sequence[str], found: Sequence[Standing]) -> None:
    known = {each.id for each in found}
    for run_id in run_ids:
        if run_id not in known:
            raise UnknownRun.of(run_id)


def _answer(run: Standing, op: Op) -> Answer:
    may = permit(run.verdict.status, op, ours=run.facts.ours)
    return Answer(run.id, run.name, may.state, f"{run.name} {may.why}." if may.why else "")


def _write(connection: Connection, asked: Sequence[Standing], op: Op) -> None:
    for begin in range(0, len(asked), standing.AT_ONCE):
        some = asked[begin : begin + standing.AT_ONCE]
        if op in WISHES:
            rows.desire(connection, [each.id for each in some], WISHES[op])
    for each in asked if op == "retry" else ():
        labels.change(connection, [each.id], retried=each.facts.attempt)


def _send(redis: Redis, asked: Sequence[Standing], op: Op, ids: dict[str, str]) -> None:
    """Rings: on each run's stream, on the queue, and for whoever watches the list of runs.

    A run that is tried again may have been forgotten by Redis: the recorder brings it back.
    """
    # A retry is said as what it makes of the run; it is nobody's order who trains.
    said = SAID[WISHES[op]] if op in WISHES else op
    with redis.pipeline(transaction=False) as pipe:
        for each in asked:
            pipe.xadd(keys.control(each.id), {"op": said, "id": ids[each.id]})
            pipe.xadd(keys.CHANGES, {"run": each.id}, maxlen=CHANGES_KEPT, approximate=True)
        pipe.execute()
    if op in ("stop", "pause"):
        queue.cancel(redis, ids)
    for each in [each for each in asked if op == "resume" and not each.trains][:AT_ONCE]:
        queue.enqueue(redis, each.id, each.facts.attempt + 1, each.spot)


def _told(given: Given, later: Sequence[Given], run: Run) -> Told:
    step = given.step
    done = step is not None or given.op == "retry"
    if not done and any(each.op in WISHES for each in later) and given.op in WISHES:
        return Told(given.op, given.who, given.created, "taken back", None, given.note)
    if not done and (given.op, run.status) in _AT_ONCE:
        # It waited, so there was nobody to say at which step.
        done, step = True, run.step
    state: Literal["done", "waits"] = "done" if done else "waits"
    return Told(given.op, given.who, given.created, state, step, given.note)


_AT_ONCE = {("stop", "stopped"), ("pause", "paused"), ("resume", "queued")}
