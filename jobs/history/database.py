"""Opens the history database: SQLite beside the runs, or PostgreSQL by TRAINYARD_DATABASE_URL."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

from jobs.home import Home

WRITES = "trainyard_writes"
"""execution option of an engine whose transactions write"""


def database_url(home: Home) -> URL:
    """`TRAINYARD_DATABASE_URL`, else the SQLite file of `home`."""
    given = os.environ.get("TRAINYARD_DATABASE_URL")
    if not given:
        return URL.create("sqlite", database=str(home.database))
    url = make_url(given)
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+pg8000")
    return url


def open_engine(url: URL) -> Engine:
    """An engine for reading; `writer(engine)` shares its connections and may write."""
    if url.get_backend_name() != "sqlite":
        # A snapshot is several SELECTs that must see the same moment.
        return create_engine(url, pool_pre_ping=True, isolation_level="REPEATABLE READ")
    _create(url)
    engine = create_engine(url, connect_args={"timeout": 10.0})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def writer(engine: Engine) -> Engine:
    """The same database, with transactions that take the write lock when they begin."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{WRITES: True})
    # Writers wait for each other's rows; repeatable reads would refuse instead of waiting.
    return engine.execution_options(isolation_level="READ COMMITTED")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Holds off other processes that create or upgrade the same SQLite file."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(url: URL) -> None:
    """Makes the file, private and with a write-ahead log; its mode of logging stays in the file."""
    if url.database is None or url.database == ":memory:":
        raise ValueError("The history needs a file: several processes share it.")
    path = Path(url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path):
        if path.exists():
            # Never opened here: closing it would drop this process's locks on the file (POSIX),
            # and another process would remove the log that a connection of ours still writes to.
            path.chmod(0o600)
            return
        # Beside it first: a start that is killed here must not leave one without its log mode.
        new = path.with_name(f"{path.name}.new")
        new.unlink(missing_ok=True)
        os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        # SQLite never waits for a second one that changes the mode: it is "locked" at once.
        with closing(sqlite3.connect(new, timeout=10.0)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        new.rename(path)


def _prepare_sqlite(connection: SqliteConnection, _record: Any) -> None:
    # Python's own transaction handling never begins one for a SELECT; ours come from `begin`.
    connection.isolation_level = None
    # SQLite's own knows only the letters of ASCII; a search must find "über" by "Über".
    connection.create_function("lower", 1, _lower, deterministic=True)
    for pragma in (
        "busy_timeout=10000",
        "foreign_keys=ON",
        "synchronous=FULL",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails when another wrote in between.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
