"""Changing a run while it trains: what may change, asking for it, what came of it, its replay.

A service like `jobs/services/runs.py`: pages and command line use only this.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from redis import RedisError

from engine.config import RunConfig
from engine.events import Changed
from engine.inbox import Asked
from engine.settings.live import Live, after_all, changed, live_settings, value_of
from engine.settings.plan import Change, Value, write
from jobs.history import commands
from jobs.history.commands import Command
from jobs.history.records import Record, records
from jobs.ids import new_id
from jobs.run import Run
from jobs.services import runs
from jobs.wire.connect import RedisUnavailable
from jobs.wire.control import send_change
from jobs.yard import Yard

LOG = logging.getLogger(__name__)

State = Literal["pending", "made", "refused", "too late"]


@dataclass(frozen=True)
class Told:
    """A change as people see it: asked for, made at a step, or why not."""

    state: State
    setting: str
    before: Value
    after: Value
    by: str
    """`person`, `plan` or `guard`"""
    who: str
    step: int | None
    """of the run; None until it is made"""
    fold: int
    fold_begin: int
    time: float
    """unix seconds"""
    refused: str = ""
    id: str = ""

    @property
    def change(self) -> Change:
        """What a replay does at the same place."""
        step = (self.step or 0) - self.fold_begin
        return Change(step=step, setting=self.setting, value=self.after, fold=self.fold)


def ask(yard: Yard, run_id: str, setting: str, value: Value, who: str = "") -> str:
    """Asks the run to change a setting from its next step on; the id of what was asked.

    It is written down first, so it arrives however often Redis, the recorder or a trainer die.
    Raises UnknownRun, NotPossible when the run is over or has that value, and SettingsError.
    """
    run = runs.get(yard, run_id)
    if run.script is not None:
        raise runs.NotPossible(f"{run.name} is a script of your own: change it there.")
    if run.over:
        raise runs.NotPossible(
            f"{run.name} has ended already ({run.status}); launch it again with changes."
        )
    now = current(yard, run, pending=True)
    new = changed(now, setting, value)
    if value_of(new, setting) == value_of(now, setting):
        raise runs.NotPossible(f"{setting} is {write(value_of(now, setting))} already.")
    # After a crash a run repeats steps it has told of: those stay as they stand on the curve.
    told = max((each.last_step for each in yard.history.attempts(run_id)), default=0)
    asked = Asked(id=new_id(), setting=setting, value=value_of(new, setting), who=who, step=told)
    with yard.history.writing() as connection:
        commands.add(connection, run_id, asked)
    try:
        send_change(yard.redis, run_id, asked)
        runs.changed(yard.redis, run_id)
    except (RedisError, RedisUnavailable) as error:
        LOG.warning("The change of %s is saved and will be sent later (%s).", run_id, error)
    return asked.id


def every(yard: Yard, run: Run) -> list[Told]:
    """All changes of a run: those it made or refused, in order, then those that wait."""
    events, asked = _recorded(yard, run)
    answered = {event.id for event in events}
    waiting = [each for each in asked if each.asked.id not in answered and each.step is None]
    return [*map(_told, events), *(_waiting(each, run) for each in waiting)]


def current(yard: Yard, run: Run, *, pending: bool = False) -> RunConfig:
    """The settings the run has now; with `pending` also what was asked for and not made yet."""
    events, asked = _recorded(yard, run)
    config = after_all(run.config, [each for each in events if _counts_now(each, run)])
    known = {event.id for event in events}
    for each in asked if pending else ():
        if each.asked.id not in known:
            config = changed(config, each.asked.setting, each.asked.value)
    return config


def live(yard: Yard, run: Run) -> list[Live]:
    """The settings that may change, as they stand now."""
    return list(live_settings(current(yard, run)))


def replay(yard: Yard, run: Run) -> RunConfig:
    """The run again, with every change at its step: the same weights, on the same machine.

    What was planned and never came stays planned. The guard does its own again by itself.
    """
    made = [
        each.change for each in every(yard, run) if each.state == "made" and each.by == "person"
    ]
    return run.config.model_copy(update={"changes": [*run.config.changes, *made]})


def _recorded(yard: Yard, run: Run) -> tuple[list[Changed], list[Command]]:
    """The run's own words, each once, and what was asked for; of one moment."""
    with yard.history.reading() as connection:
        found = records(connection, run.id, ("changed",))
        asked = commands.every(connection, run.id)
    return _once(found), asked


def _once(found: Sequence[Record]) -> list[Changed]:
    """A later attempt that began before a change makes it, and tells of it, again."""
    first: dict[tuple[str, str, int, int, str], Changed] = {}
    for record in found:
        event = Changed.model_validate(record.body)
        place = (event.id, event.setting, event.step, event.fold, event.by)
        first.setdefault(place, event)
    return sorted(first.values(), key=lambda event: event.step)


def _counts_now(event: Changed, run: Run) -> bool:
    """Each fold begins anew, with what it makes of the changes itself."""
    return not event.refused and (not event.fold or event.fold == run.fold)


def _told(event: Changed) -> Told:
    return Told(
        state="refused" if event.refused else "made",
        setting=event.setting,
        before=event.before,
        after=event.after,
        by=event.by,
        who=event.who,
        step=event.step,
        fold=event.fold,
        fold_begin=event.fold_begin,
        time=event.time,
        refused=event.refused,
        id=event.id,
    )


def _waiting(command: Command, run: Run) -> Told:
    asked = command.asked
    return Told(
        state="too late" if run.over else "pending",
        setting=asked.setting,
        before=None,
        after=asked.value,
        by="person",
        who=asked.who,
        step=None,
        fold=0,
        fold_begin=0,
        time=command.created,
        id=asked.id,
    )
