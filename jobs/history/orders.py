"""Rows of commands that are no changes: stop, pause, resume, checkpoint, retry, by whom, and when
they took effect. They stand in the table of `jobs/history/commands.py`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.events import Finished, Obeyed
from jobs.events import Record
from jobs.history.commands import SET
from jobs.history.schema import COMMANDS

_ENDS = {"stopped": "stop", "paused": "pause"}
"""what an attempt's last word answers, where it never came to train"""


@dataclass(frozen=True)
class Given:
    """One command that somebody gave."""

    run: str
    id: str
    op: str
    who: str
    created: float
    """unix seconds"""
    step: int | None
    """of the run, at which it took effect; None until the run has said so"""
    note: str
    """what the run said beside that"""


def add(connection: Connection, op: str, ids: Mapping[str, str], who: str) -> None:
    """Writes down the same command for several runs: `ids` has the new command's id by run."""
    body, now = json.dumps({"who": who}), time.time()
    rows: list[dict[str, Any]] = [
        {"run": run_id, "id": each, "op": op, "body": body, "created": now}
        for run_id, each in ids.items()
    ]
    if rows:
        connection.execute(insert(COMMANDS), rows)


def of_run(connection: Connection, run_id: str) -> list[Given]:
    """Those of a run, oldest first."""
    query = select(COMMANDS).where(COMMANDS.c.run == run_id, COMMANDS.c.op != SET)
    return _read(connection.execute(query.order_by(COMMANDS.c.id)).mappings().all())


def unanswered(connection: Connection, op: str, run_ids: Collection[str]) -> list[Given]:
    """Those of one kind that no event has answered yet, oldest first."""
    query = select(COMMANDS).where(COMMANDS.c.op == op, COMMANDS.c.step.is_(None))
    found = _read(connection.execute(query.order_by(COMMANDS.c.id)).mappings().all())
    return [each for each in found if each.run in run_ids]


def answer(connection: Connection, run_id: str, events: Iterable[Record]) -> None:
    """Folds what the run said into the rows. Its first word counts: a replay says the same."""
    for event in events:
        if isinstance(event, Obeyed):
            _answer(connection, run_id, event.op, event)
        elif isinstance(event, Finished) and event.reason in _ENDS:
            _answer(connection, run_id, _ENDS[event.reason], event)


def _answer(connection: Connection, run_id: str, op: str, event: Obeyed | Finished) -> None:
    """However often somebody asked for the same meanwhile: it took effect once."""
    open_ones = (COMMANDS.c.run == run_id) & (COMMANDS.c.op == op) & COMMANDS.c.step.is_(None)
    note = event.note if isinstance(event, Obeyed) else ""
    connection.execute(update(COMMANDS).where(open_ones).values(step=event.step, note=note))


def _read(rows: Sequence[Mapping[Any, Any]]) -> list[Given]:
    return [
        Given(
            *(row["run"], row["id"], row["op"], json.loads(row["body"]).get("who", "")),
            *(row["created"], row["step"], row["note"]),
        )
        for row in rows
    ]
