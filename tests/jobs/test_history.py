"""Opening the history: fresh, old, newer, twice at once; and reading curves back."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.history import History, HistoryError, Points
from jobs.history.database import database_url, open_engine, writer
from jobs.history.migrate import migrate, upgrade
from jobs.history.points import first_difference, merge
from jobs.history.schema import METADATA, REVISION
from jobs.home import Home
from jobs.recording.chunks import CHUNK_POINTS, append
from jobs.yard import Yard
from tests.jobs.speaker import save

VERSIONS = Path(__file__).parents[2] / "jobs/history/migrations/versions"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that needs no Redis."""
    monkeypatch.delenv("TRAINYARD_DATABASE_URL", raising=False)
    return Home(tmp_path / "home").create()


def test_a_new_database_is_private_and_durable(place: Home) -> None:
    history = History.open(database_url(place))
    assert stat.S_IMODE(place.database.stat().st_mode) == 0o600
    with history.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 10_000,
    }
    history.close()


def test_the_migrations_make_the_tables_of_the_schema(place: Home) -> None:
    history = History.open(database_url(place))
    with history.reading() as connection, warnings.catch_warnings():
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    history.close()


def test_the_schema_names_the_newest_migration() -> None:
    assert max(path.name for path in VERSIONS.glob("0*.py")).startswith(REVISION)


def test_a_newer_database_is_refused_with_a_sentence(place: Home) -> None:
    History.open(database_url(place)).close()
    change(place.database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(HistoryError, match=r"revision 9999.*newer version: update Trainyard"):
        History.open(database_url(place))


def test_an_older_database_is_copied_before_it_is_upgraded(place: Home) -> None:
    # One that no migration knows: the upgrade fails, the copy is there.
    change(place.database, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    change(place.database, "CREATE TABLE keepsake (word TEXT)")
    change(place.database, "INSERT INTO alembic_version VALUES ('0000')")
    engine = open_engine(database_url(place))
    with pytest.raises(Exception, match="0000"):
        migrate(engine)
    engine.dispose()
    copy = place.database.with_name("history.sqlite.0000.backup")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM keepsake").fetchone() == (0,)
    connection.close()


def test_runs_of_the_first_revision_are_still_there_after_the_upgrade(place: Home) -> None:
    engine = open_engine(database_url(place))
    with writer(engine).begin() as connection:
        upgrade(connection, "0001")
    engine.dispose()
    config = json.dumps({"model": {"kind": "mlp"}, "data": {"kind": "digits"}})
    for run_id, settings_text in (("old", config), ("odd", "not JSON")):
        row = (run_id, "a name", settings_text, 1.0, "running")
        change(
            place.database, f"INSERT INTO runs (id, name, config, created, desired) VALUES {row}"
        )
    history = History.open(database_url(place))
    with history.reading() as connection:
        query = "SELECT id, fold, deviations, model, data, notes, removal FROM runs ORDER BY id"
        assert connection.exec_driver_sql(query).all() == [
            ("odd", 0, None, "", "", "", None),
            ("old", 0, None, "mlp", "digits", "", None),
        ]
        # Whatever came since then is there and empty.
        for table in METADATA.tables.keys() - {"runs"}:
            assert connection.exec_driver_sql(f"SELECT * FROM {table}").all() == []
    history.close()
    assert place.database.with_name("history.sqlite.0001.backup").exists()


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_eight_open_a_new_database_at_once(place: Home) -> None:
    opened: list[History] = []

    def enter() -> None:
        opened.append(History.open(database_url(place)))

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(opened) == 8
    for history in opened:
        history.close()


def test_a_read_sees_one_moment_while_another_writes(place: Home) -> None:
    yard = Yard.open(place)
    with yard.history.reading() as before:
        count = "SELECT count(*) FROM runs"
        assert before.exec_driver_sql(count).scalar() == 0
        with yard.history.writing() as connection:
            row = "VALUES ('x', 'x', '{}', 0, 'running')"
            connection.exec_driver_sql(
                f"INSERT INTO runs (id, name, config, created, desired) {row}"
            )
        assert before.exec_driver_sql(count).scalar() == 0
    with yard.history.reading() as after:
        assert after.exec_driver_sql(count).scalar() == 1
    yard.close()


def test_a_hundred_thousand_points_come_back_as_they_went(yard: Yard) -> None:
    run_id = save(yard)
    values = np.random.default_rng(7).standard_normal(100_000).astype(np.float32)
    steps = np.arange(1, 100_001, dtype=np.int32)
    everything = Points(steps, steps.astype(np.float64) + 1e9, values)
    for first in range(0, 100_000, 10_000):
        parts = [
            (start + 1, everything.take(slice(start, min(start + 64, first + 10_000))))
            for start in range(first, first + 10_000, 64)
        ]
        with yard.history.writing() as connection:
            append(connection, run_id, 1, {"train/loss": parts})
    back = yard.history.curve(run_id, "train/loss")
    np.testing.assert_array_equal(back.steps, everything.steps)
    np.testing.assert_array_equal(back.seconds, everything.seconds)
    np.testing.assert_array_equal(back.values, everything.values)
    with yard.history.reading() as connection:
        sizes = connection.exec_driver_sql("SELECT points FROM chunks").scalars().all()
    assert max(sizes) <= CHUNK_POINTS
    assert len(sizes) <= 100_000 / (CHUNK_POINTS - 64) + 1


def test_the_last_chunk_grows_in_its_place(yard: Yard) -> None:
    run_id = save(yard)
    for seq, values in ((1, [0.5, 0.25]), (2, [float("nan")]), (3, [2.0])):
        points = Points.of(range(len(values)), [1.0] * len(values), values)
        with yard.history.writing() as connection:
            append(connection, run_id, 1, {"m": [(seq, points)]})
    with yard.history.reading() as connection:
        query = "SELECT first_seq, points, minimum, maximum FROM chunks"
        rows = connection.exec_driver_sql(query).all()
    assert [tuple(row) for row in rows] == [(1, 4, 0.25, 2.0)]


@settings(deadline=None)
@given(st.lists(st.sets(st.integers(0, 50)), max_size=4))
def test_merged_attempts_have_each_step_once_as_first_said(attempts: list[set[int]]) -> None:
    parts = [
        Points.of(sorted(steps), [0.0] * len(steps), [float(number)] * len(steps))
        for number, steps in enumerate(attempts)
    ]
    merged = merge(parts)
    assert merged.steps.tolist() == sorted(set().union(*attempts))
    for step, value in zip(merged.steps, merged.values, strict=True):
        assert value == min(number for number, steps in enumerate(attempts) if step in steps)


def test_the_first_difference_counts_nan_as_equal() -> None:
    nan = float("nan")
    known = Points.of([1, 2, 3], [0.0] * 3, [1.0, nan, 2.0])
    assert first_difference(known, Points.of([2, 3, 4], [9.0] * 3, [nan, 2.0, 8.0])) is None
    assert first_difference(known, Points.of([2, 3], [9.0] * 2, [0.0, 3.0])) == 2


def test_a_second_opening_in_a_process_does_not_let_go_of_the_database(place: Home) -> None:
    """Closing any descriptor of the file drops a process's locks on it (POSIX). Another process
    then takes itself for the last one, and removes the log that the first still writes to.
    """
    first = History.open(database_url(place))
    insert_run(first, "before")
    second = History.open(database_url(place))
    in_another_process(place, "")
    insert_run(first, "after")
    read = "print(sorted(row[0] for row in connection.exec_driver_sql('SELECT id FROM runs')))"
    assert in_another_process(place, read).strip() == "['after', 'before']"
    second.close()
    first.close()


def insert_run(history: History, run_id: str) -> None:
    with history.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO runs (id, name, config, created, desired) VALUES (?, 'x', '{}', 0, 'x')",
            (run_id,),
        )


def in_another_process(place: Home, statement: str) -> str:
    """What it prints with the database open."""
    program = (
        "from jobs.history import History; from jobs.history.database import database_url;"
        "from jobs.home import Home; history = History.open(database_url(Home.from_environment()))"
        f"\nwith history.reading() as connection:\n    pass\n    {statement}\nhistory.close()"
    )
    environment = {**os.environ, "TRAINYARD_HOME": str(place.root)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout
