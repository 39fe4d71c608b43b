"""Brings the history database to the newest revision when it is opened, after a backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, event, inspect, text

from engine.saving.failpoints import failpoint
from jobs.history.database import alone, writer
from jobs.history.schema import REVISION

ADVISORY_LOCK = 7_266_111_019
"""any number that nobody else uses on that PostgreSQL server"""


class HistoryError(Exception):
    """The history cannot be used. The text says why and what to do."""


def migrate(engine: Engine) -> None:
    """Creates or upgrades the tables; does nothing when they are current.

    Raises HistoryError when a newer Trainyard wrote the database.
    """
    with engine.connect() as connection:
        if _revision(connection) == REVISION:
            return
    with _alone(engine), writer(engine).begin() as connection:
        found = _revision(connection)
        if found == REVISION:
            return
        if found is not None and found > REVISION:
            raise HistoryError(
                f"The history database has revision {found}, this Trainyard knows {REVISION}. "
                "It was written by a newer version: update Trainyard, or use another "
                "TRAINYARD_HOME."
            )
        if found is not None:
            failpoint("migration.before_copy")
            _back_up(engine, found)
        upgrade(connection)
        failpoint("migration.before_commit")
    failpoint("migration.after_commit")


def _revision(connection: Connection) -> str | None:
    """The revision written in the database; None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Runs the migrations up to `revision`; the newest by default."""
    # Alembic takes 0.2 s to import and is needed once in the life of a database.
    from alembic import command
    from alembic.config import Config

    event.listen(connection, "before_cursor_execute", _visit)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _visit(*_: object) -> None:
    failpoint("migration.statement")


def _back_up(engine: Engine, revision: str) -> None:
    """Copies a SQLite file beside itself; PostgreSQL is backed up by its own tools."""
    if engine.url.database is None or engine.dialect.name != "sqlite":
        return
    path = Path(engine.url.database)
    target = path.with_name(f"{path.name}.{revision}.backup")
    target.touch(mode=0o600)
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Holds off other processes that open the same database at the same moment."""
    if engine.dialect.name == "sqlite" and engine.url.database is not None:
        with alone(Path(engine.url.database)):
            yield
        return
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
