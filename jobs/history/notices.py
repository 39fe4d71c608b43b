"""What people may want to be told of: alerts and ends of runs, each once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from jobs.history.schema import NOTICES

NoticeEvent = Literal["alert", "finished", "failed", "stopped", "crashed", "lost", "waiting"]
Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Notice:
    """One thing to tell. `code` is the rule of an alert, else empty."""

    run: str
    key: str
    """what is the same notice of this run"""
    event: NoticeEvent
    level: Level
    step: int
    time: float
    """unix seconds"""
    message: str
    code: str = ""
    id: int = 0
    """its number in the database, in the order of being stored; 0 before that"""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Notice:
        """From a row of the table."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})


def add(connection: Connection, notice: Notice) -> bool:
    """Stores it; False when it is known already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {name: value for name, value in vars(notice).items() if name != "id"}
    added = connection.execute(
        insert(NOTICES).values(**values).on_conflict_do_nothing(index_elements=["run", "key"])
    )
    return added.rowcount == 1


def of_run(connection: Connection, run_id: str) -> list[Notice]:
    """Everything to tell of a run, the newest first."""
    query = select(NOTICES).where(NOTICES.c.run == run_id).order_by(NOTICES.c.id.desc())
    return [Notice.of(dict(row)) for row in connection.execute(query).mappings()]


def newest(connection: Connection, limit: int) -> list[Notice]:
    """Of all runs, the newest first."""
    query = select(NOTICES).order_by(NOTICES.c.time.desc(), NOTICES.c.id.desc()).limit(limit)
    return [Notice.of(dict(row)) for row in connection.execute(query).mappings()]


def alert_counts(connection: Connection, run_ids: Collection[str]) -> dict[str, dict[Level, int]]:
    """How many alerts of each level these runs have; none of those without any."""
    number = func.count().label("number")
    query = (
        select(NOTICES.c.run, NOTICES.c.level, number)
        .where(NOTICES.c.event == "alert", NOTICES.c.run.in_(run_ids))
        .group_by(NOTICES.c.run, NOTICES.c.level)
    )
    found: dict[str, dict[Level, int]] = {}
    for row in connection.execute(query) if run_ids else ():
        found.setdefault(row.run, {})[row.level] = row.number
    return found
