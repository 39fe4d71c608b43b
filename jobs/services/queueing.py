"""The queue as people see it: what waits, in which order, why, about when it starts; and moving it.

A service like `jobs/services/runs.py`. The order is the history's; Redis is told of it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from redis import RedisError
from sqlalchemy import Connection

from engine.config import RunConfig
from jobs import queue as doorbell
from jobs.devices.gathering import Rest, rests_in
from jobs.devices.needs import Needs, needs_in, needs_of
from jobs.history import waiting as rows
from jobs.history.finding import titles
from jobs.history.standing import Standing
from jobs.offers import offers
from jobs.order import MOST, PRIORITIES, moved
from jobs.services.runs import NotPossible, UnknownRun, changed
from jobs.status import Status
from jobs.waiting import Moment, Outlook, Waiter, outlooks
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard

LOG = logging.getLogger(__name__)

EXPLAINED = 200
"""the first so many that wait are told of what they need that no machine has"""


@dataclass(frozen=True)
class Entry:
    """A run that waits, as the Queue page shows it."""

    id: str
    name: str
    status: Status
    what: str
    """model and data, as people call them"""
    priority: int
    devices: int
    """of each of its machines"""
    machines: int
    """that train it together"""
    step: int
    """where it goes on; 0 for one that has not begun"""
    created: float
    number: int | None
    """its place, from 1; None while it is paused"""
    why: str
    starts_in: float | None
    """seconds, roughly; None where nobody knows"""


@dataclass(frozen=True)
class Line:
    """The queue at one moment."""

    waiting: list[Entry]
    """in order; paused runs stand at the place they keep"""
    training: list[Standing]
    left: dict[str, float | None]
    """seconds until a run that trains is likely to end, by id"""


def look(yard: Yard) -> Line:
    """The queue now. Also while Redis is away, which is then what everything waits for."""
    with yard.history.reading() as connection:
        found = rows.queue(connection)
        left = {each.id: rows.seconds_left(connection, each) for each in found.training}
        usual = rows.usual_seconds(connection, {each.what for each in found.waiting})
        by = rows.paused_by(connection, {each.id for each in found.waiting if _paused(each)})
    needs, rests = _told(yard, [each.id for each in found.waiting[:EXPLAINED]])
    told = [(needs.get(each.id), rests.get(each.id)) for each in found.waiting]
    waiters = [_waiter(each, usual, by, *of) for each, of in zip(found.waiting, told, strict=True)]
    said = outlooks(Moment(waiters, offers(yard, left)))
    entries = [_entry(*each) for each in zip(found.waiting, waiters, said, strict=True)]
    return Line(entries, found.training, left)


def expected(yard: Yard, config: RunConfig) -> str:
    """What a run would wait for, were it launched now: one sentence."""
    with yard.history.reading() as connection:
        found = rows.queue(connection)
        left = {each.id: rows.seconds_left(connection, each) for each in found.training}
    ahead = [each for each in found.waiting if not _paused(each)]
    needs = needs_of(config.model_dump_json())
    new = Waiter("", needs.devices, needs.machines, engine=needs.engine, kind=needs.kind)
    waiters = [*(_waiter(each, {}, {}) for each in ahead), new]
    return outlooks(Moment(waiters, offers(yard, left)))[-1].why


def prioritise(yard: Yard, run_ids: Sequence[str], priority: int) -> None:
    """Gives waiting or running runs a priority, from -100 to 100: the higher, the sooner.

    Raises UnknownRun, and NotPossible when one of them has ended or the number is too large.
    """
    if abs(priority) > MOST:
        raise NotPossible(f"A priority is a whole number from -{MOST} to {MOST}; not {priority}.")
    with yard.history.writing() as connection:
        _check(connection, run_ids)
        rows.prioritise(connection, run_ids, priority)
    _tell(yard, run_ids)


def move(yard: Yard, run_ids: Sequence[str], before: str | None) -> None:
    """Puts waiting runs right before another one, which gives them its priority; None: at the end.

    Done twice it is done once. Raises UnknownRun, and NotPossible where one of them does not wait.
    """
    with yard.history.writing() as connection:
        _check(connection, run_ids)
        spots = rows.line(connection)
        there = {each.id for each in spots}
        for run_id in (*run_ids, *([] if before is None else [before])):
            if run_id not in there:
                raise NotPossible(f"{run_id} does not wait, so it has no place in the queue.")
        rows.place(connection, moved(spots, frozenset(run_ids), before))
    _tell(yard, run_ids)


def first(yard: Yard) -> str | None:
    """The run that is next; None when none waits."""
    with yard.history.reading() as connection:
        return next((each.id for each in rows.line(connection)), None)


def arrange(yard: Yard) -> None:
    """Puts Redis' list in the history's order."""
    with yard.history.reading() as connection:
        places = {each.id: place for place, each in enumerate(rows.line(connection))}
    names = [each for each in doorbell.queued(yard.redis) if doorbell.run_of(each) in places]
    doorbell.arrange(yard.redis, sorted(names, key=lambda it: places[doorbell.run_of(it)]))


def priority_of(text: str) -> int:
    """What people write: `high`, `normal`, `low`, or a number. Raises NotPossible."""
    word = text.strip().lower()
    if word in PRIORITIES:
        return PRIORITIES[word]
    if word.lstrip("+-").isdecimal() and len(word) < 5:
        return int(word)
    names = ", ".join(PRIORITIES)
    raise NotPossible(f"{text!r} is no priority; give {names} or a number from -{MOST} to {MOST}.")


def priority_name(priority: int) -> str:
    """`High`, or the number where nobody gave it a name."""
    return next((k.capitalize() for k, v in PRIORITIES.items() if v == priority), f"{priority:+d}")


def _check(connection: Connection, run_ids: Sequence[str]) -> None:
    from jobs.history import standing

    found = {each.id: each for each in standing.of_ids(connection, run_ids)}
    for run_id in run_ids:
        if run_id not in found:
            raise UnknownRun.of(run_id)
        run = found[run_id]
        if run.verdict.ended or not run.facts.ours:
            raise NotPossible(f"{run.name} is {run.verdict.status}: it waits for nothing.")


def _tell(yard: Yard, run_ids: Sequence[str]) -> None:
    """Puts Redis' list in order at once; the recorder would, a moment later."""
    try:
        arrange(yard)
        for run_id in run_ids:
            changed(yard.redis, run_id)
    except (RedisError, RedisUnavailable) as error:
        LOG.warning("The order is saved and will hold when Redis answers (%s).", error)


def _titles(run: Standing) -> str:
    model, _, data = run.what.partition(" on ")
    return f"{titles('model').get(model, model)} on {titles('data').get(data, data)}"


def _paused(run: Standing) -> bool:
    return run.verdict.status == "paused"


def _told(yard: Yard, run_ids: Sequence[str]) -> tuple[dict[str, Needs], dict[str, Rest]]:
    """What runs need, and those that rest, as Redis has it."""
    try:
        return needs_in(yard.redis, run_ids), rests_in(yard.redis, run_ids)
    except (RedisError, RedisUnavailable):
        return {}, {}


def _waiter(
    run: Standing,
    usual: dict[str, float],
    by: dict[str, str],
    needs: Needs | None = None,
    rest: Rest | None = None,
) -> Waiter:
    """It trains as long as runs of its kind do, less the share it has done."""
    whole = usual.get(run.what)
    share = run.facts.step / run.total_steps if run.total_steps else 0.0
    return Waiter(
        id=run.id,
        devices=run.spot.devices,
        machines=needs.machines if needs else 1,
        paused_by=by.get(run.id, "") if _paused(run) else None,
        seconds=None if whole is None else whole * max(0.0, 1.0 - share),
        engine=needs.engine if needs else 0,
        kind=needs.kind if needs else "",
        rest=rest,
    )


def _entry(run: Standing, waiter: Waiter, said: Outlook) -> Entry:
    return Entry(
        id=run.id,
        name=run.name,
        status=run.verdict.status,
        what=_titles(run),
        priority=run.spot.priority,
        devices=waiter.devices,
        machines=waiter.machines,
        step=run.facts.step,
        created=run.created,
        number=said.number,
        why=said.why,
        starts_in=said.starts_in,
    )
