"""What a person may call a data set by, and the sentences where that finds none or another's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from jobs.data_sets.data_set import DataSet, storable
from jobs.history import data_sets as rows

SHORTEST_BEGINNING = 4
"""characters of an id or digest that may stand for the whole"""


def fitting(connection: Connection, text: str) -> list[Any]:
    """Rows that `text` may mean, the newest first."""
    text = storable(text)
    if versions := rows.named(connection, text):
        return versions[:1]
    name, _, version = text.rpartition("@")
    if 0 < len(version) < 10 and version.isdecimal() and (versions := rows.named(connection, name)):
        return [row for row in versions if row["version"] == int(version)]
    return rows.beginning(connection, text) if len(text) >= SHORTEST_BEGINNING else []


def unknown(text: str) -> str:
    """Nothing fits."""
    return f"There is no data set {text!r}. All data sets: `./trainyard data list`."


def in_use(data_set: DataSet, users: Sequence[tuple[str, str]]) -> str:
    """Runs that are not over, by id and name, need it."""
    run_id, name = users[0]
    more = f" and {len(users) - 1:,} more" if len(users) > 1 else ""
    return (
        f"{data_set.name} is needed by the run {name} ({run_id}){more}, which is not over. "
        f"Wait for it, or stop it with `./trainyard stop {run_id}`."
    )
