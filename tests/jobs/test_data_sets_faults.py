"""Additions and deletions of tables that die half-way, and a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.data.tables import Refused, load_facts
from jobs.data_sets import DataSets, NotStored
from tests.jobs.commands import trainyard
from tests.jobs.test_data_sets import there

DEATHS = ["data.copied", "data.read", "data.named", "data.unsure"]


@pytest.mark.parametrize("where", DEATHS)
def test_an_addition_that_dies_leaves_all_or_nothing(
    sets: DataSets, people: Path, where: str
) -> None:
    assert die(where, f"sets.add(Path({str(people)!r}))") == -signal.SIGKILL
    known = {each.digest for each in sets.list()}
    assert {each.digest for each in sets.list()} == ({*known} if where == "data.unsure" else set())
    other = people.with_name("other.csv")
    other.write_text("a\n1\n")
    kept = sets.add(other)
    assert there(sets) == sorted({*known, kept.digest})
    for digest in known:
        assert load_facts(sets.home.data / digest).rows == 3


def test_a_deletion_that_dies_is_finished_by_the_next_who_comes(
    sets: DataSets, people: Path
) -> None:
    kept = sets.add(people)
    assert die("data.unsure", "sets.delete(sets.find('people'))") == -signal.SIGKILL
    assert sets.list() == []
    people.write_text("a\n1\n")
    assert there(sets) != []
    other = sets.add(people)
    assert there(sets) == [other.digest] != [kept.digest]


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    sets: DataSets, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in ("data.copied", "data.named"):
        monkeypatch.setenv("TRAINYARD_FAULT", f"{where}@1:enospc")
        refused = trainyard("data", "add", str(people), home=sets.home)
        # Beside the hints about names and addresses, which come before.
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
        assert "No space left on device" in refused.stderr
    assert (there(sets), sets.list()) == ([], [])


def die(where: str, statement: str) -> int:
    """The end of a process that is killed at that place of the statement."""
    program = (
        "from pathlib import Path; from jobs.data_sets import DataSets; from jobs.yard import Yard;"
        f"sets = DataSets.of(Yard.open()); {statement}"
    )
    environment = {**os.environ, "TRAINYARD_FAULT": f"{where}@1:kill9"}
    return subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode


def test_what_is_no_file_is_a_sentence(sets: DataSets, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "none.csv", tmp_path, Path("/dev/null")):
        with pytest.raises(NotStored):
            sets.add(path)
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(Refused):
        sets.add(picture)
    assert there(sets) == []


def test_a_store_that_is_not_mounted_is_a_sentence(sets: DataSets, people: Path) -> None:
    kept = sets.add(people)
    kept.folder.rename(people.parent / "away")
    with pytest.raises(NotStored, match="TRAINYARD_STORE"):
        _ = sets.find("people").facts
    assert sets.list() == [kept]
