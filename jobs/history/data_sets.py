"""Rows of data sets: people's own tables, images and texts, a row a version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from jobs.history.runs import unfinished
from jobs.history.schema import DATA_SETS, RUNS

OWN_SETTINGS = ("table", "images", "corpus", "pairs")
"""of `data`, that name a digest"""


def every(connection: Connection) -> list[RowMapping]:
    """All rows, the newest first."""
    return list(connection.execute(select(DATA_SETS).order_by(DATA_SETS.c.id.desc())).mappings())


def find(connection: Connection, data_set_id: str) -> RowMapping | None:
    """The row with that id."""
    query = select(DATA_SETS).where(DATA_SETS.c.id == data_set_id)
    return connection.execute(query).mappings().first()


def named(connection: Connection, name: str) -> list[RowMapping]:
    """All versions of a name, the newest first."""
    query = select(DATA_SETS).where(DATA_SETS.c.name == name)
    return list(connection.execute(query.order_by(DATA_SETS.c.version.desc())).mappings())


def beginning(connection: Connection, text: str) -> list[RowMapping]:
    """Rows whose id or digest begins with `text`, the newest first."""
    by_id = DATA_SETS.c.id.startswith(text.upper(), autoescape=True)
    by_digest = DATA_SETS.c.digest.startswith(text.lower(), autoescape=True)
    query = select(DATA_SETS).where(by_id | by_digest).order_by(DATA_SETS.c.id.desc())
    return list(connection.execute(query.limit(100)).mappings())


def with_digest(connection: Connection, digest: str) -> list[RowMapping]:
    """Rows of that content, the newest first."""
    query = select(DATA_SETS).where(DATA_SETS.c.digest == digest)
    return list(connection.execute(query.order_by(DATA_SETS.c.id.desc())).mappings())


def next_version(connection: Connection, name: str) -> int:
    """The version that the next one of that name gets."""
    query = select(func.max(DATA_SETS.c.version)).where(DATA_SETS.c.name == name)
    return int(connection.execute(query).scalar() or 0) + 1


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Adds a row. Raises IntegrityError where that version is taken."""
    connection.execute(insert(DATA_SETS).values(**row))


def rename(connection: Connection, data_set_id: str, name: str, version: int) -> None:
    """Gives a row another name. Raises IntegrityError where that version is taken."""
    change = update(DATA_SETS).where(DATA_SETS.c.id == data_set_id)
    connection.execute(change.values(name=name, version=version))


def remove(connection: Connection, data_set_id: str) -> None:
    """Removes a row."""
    connection.execute(delete(DATA_SETS).where(DATA_SETS.c.id == data_set_id))


def users(connection: Connection, digest: str) -> list[tuple[str, str]]:
    """Id and name of the runs that are not over and read that content, the oldest first."""
    query = select(RUNS.c.id, RUNS.c.name, RUNS.c.config).where(RUNS.c.config.contains(digest))
    reading = {
        row.id: row.name
        for row in connection.execute(query)
        if digest in own_data(json.loads(row.config)).values()
    }
    if not reading:
        return []
    return [(run.id, reading[run.id]) for run in unfinished(connection) if run.id in reading]


def held(connection: Connection, digest: str) -> bool:
    """Whether there are rows of that content; they stay until the transaction is over."""
    query = select(DATA_SETS.c.id).where(DATA_SETS.c.digest == digest).with_for_update()
    return bool(connection.execute(query).all())


def own_data(config: Mapping[str, Any]) -> dict[str, str]:
    """The digests of a run's own data, by the setting that names them."""
    data = config.get("data")
    if not isinstance(data, dict):
        return {}
    return {setting: data[setting] for setting in OWN_SETTINGS if data.get(setting)}
