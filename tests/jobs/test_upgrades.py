"""Databases of earlier Trainyards: every one opens and goes on; a kill at no statement harms it.

`tests/jobs/old/<revision>.sql` was written by the recorder of that revision: a run that finished,
one that broke off, one that waits. A new revision brings a file of its own, which
`python -m tests.jobs.old.write` makes.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine.events import Finished, Steps
from jobs.events import Claimed
from jobs.history import History
from jobs.history.database import database_url
from jobs.history.schema import REVISION
from jobs.home import Home
from jobs.recording.store import Heard, store
from jobs.services import runs
from jobs.yard import Yard
from tests.faults import visits

OLD = sorted((Path(__file__).parent / "old").glob("*.sql"))
FINISHED, BROKEN, WAITING = (f"01K0000000000000000000000{number}" for number in (1, 2, 3))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("TRAINYARD_DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path / "home").create()


def bring_back(place: Home, dump: Path) -> None:
    """The database as it lay there when that Trainyard was stopped."""
    with closing(sqlite3.connect(place.database)) as connection:
        connection.executescript(dump.read_text())


def revision(place: Home) -> str:
    with closing(sqlite3.connect(place.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def loss(steps: Sequence[int]) -> list[float]:
    """As the float32 that is stored."""
    return [float(np.float32(1.0 / step)) for step in steps]


def check(place: Home) -> None:
    """Everything that was written is there, and a run that broke off can be gone on with."""
    yard = Yard.open(place)
    found = {run.id: (run.status, run.step, run.name) for run in runs.list(yard)}
    assert found == {
        FINISHED: ("finished", 600, "Ürsprung <b>1</b>"),
        BROKEN: ("resuming", 540, "broken off"),
        WAITING: ("queued", 0, "waits"),
    }
    assert runs.get(yard, FINISHED).config.training.epochs == 3
    points = yard.history.curve(FINISHED, "train/loss")
    assert points.steps.tolist() == list(range(1, 601))
    assert points.values.tolist() == loss(range(1, 601))
    assert {each.split for each in yard.history.evaluations(FINISHED)} == {"validation", "test"}
    assert len(yard.history.snapshot(FINISHED).curves["train/loss"].points) == 600
    with yard.history.writing() as connection:
        store(connection, BROKEN, second_attempt())
    again = runs.get(yard, BROKEN)
    assert (again.status, again.step, again.diverged) == ("finished", 560, False)
    assert yard.history.curve(BROKEN, "train/loss").steps.tolist() == list(range(1, 561))
    yard.close()


def second_attempt() -> list[Heard]:
    steps = range(521, 561)
    values = {"train/loss": [1.0 / step for step in steps]}
    seconds = [2000.0 + step for step in steps]
    return [
        Heard(2, 1, Claimed(attempt=2, worker="w", machine="m", device="cpu", time=2000.0)),
        Heard(2, 2, Steps(step=560, epoch=1, seconds=seconds, metrics=values, time=2560.0)),
        Heard(2, 3, Finished(step=560, reason="completed", message="", time=2561.0)),
    ]


def test_every_revision_has_its_database() -> None:
    assert [path.stem for path in OLD] == [f"{n:04}" for n in range(1, int(REVISION) + 1)]
    for path in OLD:
        assert f"INSERT INTO \"alembic_version\" VALUES('{path.stem}')" in path.read_text()


@pytest.mark.parametrize("dump", OLD, ids=lambda path: path.stem)
def test_an_old_database_opens_and_goes_on(place: Home, dump: Path) -> None:
    bring_back(place, dump)
    check(place)
    assert revision(place) == REVISION
    copy = place.database.with_name(f"history.sqlite.{dump.stem}.backup")
    assert copy.exists() == (dump.stem != REVISION)


def open_and_die(place: Home, fault: str, counts: Path) -> int:
    """Opens the history in a forked process with that fault; its exit code."""
    pid = os.fork()
    if pid == 0:
        os.environ.update(TRAINYARD_FAULT=fault, TRAINYARD_FAULT_FOLDER=str(counts))
        code = 1
        try:
            History.open(database_url(place)).close()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_killed_at_any_statement_it_is_as_before_and_opens_again(
    place: Home, tmp_path: Path
) -> None:
    oldest = OLD[0]
    statement = 0
    while True:
        statement += 1
        counts = tmp_path / f"counts-{statement}"
        counts.mkdir()
        for left in place.root.glob("history.sqlite*"):
            left.unlink()
        bring_back(place, oldest)
        code = open_and_die(place, f"migration.statement@{statement}:kill9", counts)
        if visits(counts, "migration.statement") < statement:
            break
        assert code == -signal.SIGKILL, f"statement {statement}"
        assert revision(place) == oldest.stem, f"statement {statement}"
        check(place)
    assert code == 0
    assert statement > 40


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ("migration.before_copy", OLD[0].stem),
        ("migration.before_commit", OLD[0].stem),
        ("migration.after_commit", REVISION),
    ],
)
def test_killed_around_the_upgrade(place: Home, tmp_path: Path, where: str, left: str) -> None:
    counts = tmp_path / "counts"
    counts.mkdir()
    bring_back(place, OLD[0])
    assert open_and_die(place, f"{where}@1:kill9", counts) == -signal.SIGKILL
    assert revision(place) == left
    check(place)
