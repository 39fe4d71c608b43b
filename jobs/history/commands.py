"""Rows of commands: what people asked of a run, and whether it has answered.

They are the truth about that; the run's stream in Redis only carries it there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from engine.events import Changed
from engine.inbox import Asked
from jobs.history.schema import COMMANDS

SET = "set"
"""the op that changes a setting"""


@dataclass(frozen=True)
class Command:
    """A change that was asked for. `step` is None until the run has answered."""

    run: str
    asked: Asked
    created: float
    """unix seconds"""
    step: int | None
    """of the run, at which it was made or refused"""

    @property
    def id(self) -> str:
        """As the event that answers it has it."""
        return self.asked.id

    def at(self, told: int) -> Asked:
        """As an attempt is to hear of it: to be made where it was made, and if it was not yet,
        not among the `told` steps that the run has told of already.
        """
        return self.asked.model_copy(update={"step": told if self.step is None else self.step})


def add(connection: Connection, run_id: str, asked: Asked) -> None:
    """Writes down that it was asked for, before anybody is told."""
    body = asked.model_dump_json(exclude={"id"})
    row = {"run": run_id, "id": asked.id, "op": SET, "body": body}
    connection.execute(insert(COMMANDS).values(**row, created=time.time()))


def every(connection: Connection, run_id: str) -> list[Command]:
    """Those of a run, oldest first."""
    return _read(connection, [run_id], open_only=False)


def unanswered(connection: Connection, run_ids: Collection[str]) -> list[Command]:
    """Those of these runs that no event has answered yet, oldest first."""
    return _read(connection, run_ids, open_only=True) if run_ids else []


def answer(connection: Connection, run_id: str, events: Iterable[Changed]) -> None:
    """Folds what the run said into the rows. Its first word counts: a replay says the same."""
    for event in events:
        here = (COMMANDS.c.run == run_id) & (COMMANDS.c.id == event.id)
        connection.execute(
            update(COMMANDS).where(here, COMMANDS.c.step.is_(None)).values(step=event.step)
        )


def _read(connection: Connection, run_ids: Collection[str], *, open_only: bool) -> list[Command]:
    query = select(COMMANDS).where(COMMANDS.c.op == SET)
    if open_only:
        query = query.where(COMMANDS.c.step.is_(None))
    if len(run_ids) == 1:
        query = query.where(COMMANDS.c.run.in_(run_ids))
    found = connection.execute(query.order_by(COMMANDS.c.id))
    return [
        Command(
            row.run,
            Asked(id=row.id, **json.loads(row.body)),
            row.created,
            row.step,
        )
        for row in found
        if row.run in run_ids
    ]
