"""Writes rows whether their key is there already or not."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Inserts the rows; those whose key is there already are replaced."""
    connection.execute(_statement(table, connection.dialect.name), rows)


@cache
def _statement(table: Table, dialect: str) -> Executable:
    # Made once: making it took as long as running it.
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    keys = {column.name for column in table.primary_key}
    grown = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys
    }
    return statement.on_conflict_do_update(index_elements=sorted(keys), set_=grown)
