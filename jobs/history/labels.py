"""What people make of runs, in the tables: names, tags, notes, pins, archive, deletion."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from jobs.history.schema import RUNS, TAGS


def change(connection: Connection, run_ids: Sequence[str], **columns: Any) -> None:
    """Sets columns of `runs`."""
    connection.execute(update(RUNS).where(RUNS.c.id.in_(run_ids)).values(**columns))


def tag(connection: Connection, run_ids: Sequence[str], tags: Sequence[str]) -> None:
    """Adds tags to each run; one that is there already stays."""
    rows = [{"run": run_id, "tag": tag} for run_id, tag in product(run_ids, tags)]
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    if rows:
        connection.execute(insert(TAGS).on_conflict_do_nothing(), rows)


def untag(connection: Connection, run_ids: Sequence[str], tags: Sequence[str]) -> None:
    """Takes tags from each run; one that is not there is no error."""
    gone = delete(TAGS).where(TAGS.c.run.in_(run_ids), TAGS.c.tag.in_(tags))
    connection.execute(gone)


def deleted(connection: Connection) -> list[str]:
    """Ids of all deleted runs, the oldest first."""
    query = select(RUNS.c.id).where(RUNS.c.removal.is_not(None)).order_by(RUNS.c.id)
    return list(connection.execute(query).scalars())


def due(connection: Connection, now: float, limit: int) -> list[str]:
    """Ids of deleted runs whose time to be had back is over."""
    query = select(RUNS.c.id).where(RUNS.c.removal <= now).order_by(RUNS.c.removal).limit(limit)
    return list(connection.execute(query).scalars())
