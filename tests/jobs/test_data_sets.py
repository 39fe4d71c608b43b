"""People's own tables: stored whole or not at all, versions, deletion, and what a death leaves."""

from __future__ import annotations

import json
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from engine.config import RunConfig
from engine.data.own.facts import extent
from engine.data.tables import load_facts
from jobs.data_sets import Choices, DataSetError, DataSets, InUse, NotStored, UnknownDataSet
from jobs.history.schema import RUNS
from jobs.ids import is_id, new_id
from jobs.recorder import Recorder
from jobs.yard import Yard
from tests.jobs.conftest import PEOPLE
from tests.jobs.speaker import Speaker


def there(sets: DataSets) -> list[str]:
    """What lies in the data folder, the lock apart."""
    return sorted(path.name for path in sets.home.data.iterdir() if path.name != ".store.lock")


def launch(sets: DataSets, digest: str, name: str = "a run", setting: str = "table") -> str:
    """A run that waits and reads that content, as the launch service writes it down."""
    run_id = new_id()
    config = RunConfig().to_dict() | {"data": {"kind": "own", setting: digest}}
    row: dict[str, Any] = {"id": run_id, "name": name, "config": json.dumps(config)}
    with sets.history.writing() as connection:
        connection.execute(insert(RUNS).values(**row, created=time.time(), desired="running"))
    return run_id


def test_a_table_is_kept_with_its_file_and_found_by_everything(
    sets: DataSets, people: Path
) -> None:
    kept = sets.add(people)
    assert (kept.name, kept.version, kept.file_name, kept.rows) == ("people", 1, "people.csv", 3)
    assert is_id(kept.id)
    assert there(sets) == [kept.digest]
    assert sorted(path.name for path in sets.folder(kept).iterdir()) == [
        "facts.json",
        "original",
        "table.parquet",
    ]
    assert sets.original(kept).read_text() == PEOPLE
    assert stat.S_IMODE(sets.folder(kept).stat().st_mode) == 0o700
    assert kept.facts == load_facts(sets.folder(kept))
    for text in ("people", "people@1", kept.id, kept.id[:12].lower(), kept.digest[:8]):
        assert sets.find(text) == kept
    for text in ("people@2", "peopl", "", "\0", "\ud800", "@", "x@99999999999999999999"):
        with pytest.raises(UnknownDataSet):
            sets.find(text)


def test_the_same_name_is_a_new_version_and_the_same_content_is_stored_once(
    sets: DataSets, people: Path
) -> None:
    first, again = sets.add(people), sets.add(people)
    people.write_text(PEOPLE + "Emmy,emmy@example.org,53\n")
    other = sets.add(people)
    assert [each.version for each in (first, again, other)] == [1, 2, 3]
    assert first.digest == again.digest != other.digest
    assert there(sets) == sorted([first.digest, other.digest])
    assert sets.find("people") == other
    assert sets.versions("people") == [other, again, first] == sets.list()


def test_another_reading_of_the_same_file_is_another_table(sets: DataSets, people: Path) -> None:
    plain, as_text = sets.add(people), sets.add(people, choices=Choices(kinds={"age": "text"}))
    assert plain.digest != as_text.digest
    assert [each.table.columns[2].kind for each in (plain, as_text)] == ["integer", "text"]


def test_what_is_looked_at_and_not_kept_is_gone(sets: DataSets, people: Path) -> None:
    with sets.read(people) as pending:
        assert extent(pending.facts) == (3, 3)
        assert len(there(sets)) == 1
    assert (there(sets), sets.list()) == ([], [])


def test_two_at_the_same_moment_are_versions_one_and_two(sets: DataSets, tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.csv").write_text(f"a,b\n{number // 2},1\n")
    ready, got = threading.Barrier(4), []

    def enter(path: Path) -> None:
        with sets.read(path) as pending:
            ready.wait(30)
            got.append(pending.keep("same"))

    threads = [threading.Thread(target=enter, args=(tmp_path / f"{n}.csv",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(each.version for each in got) == [1, 2, 3, 4]
    assert there(sets) == sorted({each.digest for each in got})
    assert len(there(sets)) == 2


def test_a_name_is_any_text(sets: DataSets, people: Path) -> None:
    names = [
        "../../etc",
        "CON",
        "ünï \u0645\u0631 \U0001f600",
        "e\u0301",
        "\u00e9",
        "x" * 200,
        "a@1",
    ]
    for name in names:
        kept = sets.add(people, name)
        assert (kept.name, kept.version) == (name, 1)
        assert sets.find(name) == kept
    assert len(there(sets)) == 1
    for name in ("", "  \n", "x" * 201, "nul\0", "half \ud800"):
        with pytest.raises(DataSetError):
            sets.add(people, name)
    assert len(sets.list()) == len(names)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(min_size=1, max_size=60))
def test_whatever_a_file_is_called_nothing_lands_elsewhere(
    sets: DataSets, people: Path, name: str
) -> None:
    kept = sets.add(people, file_name=f"{name}.csv")
    assert kept.folder.parent == sets.home.data
    assert {path.name for path in people.parent.iterdir()} <= {"people.csv", "home"}


def test_renaming_takes_the_next_version_of_the_new_name(sets: DataSets, people: Path) -> None:
    one, two, other = sets.add(people), sets.add(people), sets.add(people, "other")
    moved = sets.rename(one, "other")
    assert (moved.id, moved.name, moved.version) == (one.id, "other", 2)
    assert sets.find("people") == two
    assert sets.find("other@1") == other
    assert sets.rename(moved, "other") == moved
    with pytest.raises(DataSetError, match="needs a name"):
        sets.rename(two, " ")


def test_the_folder_goes_with_the_last_that_has_its_content(sets: DataSets, people: Path) -> None:
    one, two = sets.add(people), sets.add(people, "twin")
    sets.delete(one)
    assert there(sets) == [two.digest]
    sets.delete(two)
    assert (there(sets), sets.list()) == ([], [])
    with pytest.raises(UnknownDataSet):
        sets.delete(two)
    with pytest.raises(UnknownDataSet):
        sets.rename(two, "again")
    assert sets.add(people).version == 1


def test_a_table_that_a_waiting_run_reads_is_not_deleted(sets: DataSets, people: Path) -> None:
    kept = sets.add(people)
    launch(sets, "f" * 64, "of another table")
    first = launch(sets, kept.digest, "first of mine")
    launch(sets, kept.digest)
    with pytest.raises(InUse, match=rf"run first of mine \({first}\) and 1 more.*stop {first}"):
        sets.delete(kept)
    assert (there(sets), sets.list()) == ([kept.digest], [kept])


def test_a_table_is_in_use_until_its_run_is_over(
    yard: Yard, client: redis.Redis, people: Path
) -> None:
    sets = DataSets.of(yard)
    kept = sets.add(people)
    run_id = launch(sets, kept.digest)
    client.sadd("ty:live", run_id)
    speaker, recorder = Speaker(client, run_id), Recorder(client, yard.history, yard.home)
    speaker.begin(total_steps=2)
    speaker.steps(1, 1)
    while recorder.round():
        pass
    with pytest.raises(InUse, match="is needed by the run a run"):
        sets.delete(kept)
    speaker.steps(2, 2)
    speaker.finish(message="Done.")
    while recorder.round():
        pass
    sets.delete(kept)
    with yard.history.reading() as connection:
        config = connection.exec_driver_sql("SELECT config FROM runs").scalar_one()
    assert json.loads(config)["data"]["table"] == kept.digest


def test_dropped_and_hashed_columns_leave_no_trace(sets: DataSets, people: Path) -> None:
    kept = sets.add(people, choices=Choices(drop=("name",), hash=("mail",)))
    table = pq.read_table(kept.folder / "table.parquet").to_pydict()
    assert list(table) == ["mail", "age"]
    one, two, again = table["mail"]
    assert one == again != two
    assert len(one) == 16
    assert table["age"] == [36, 85, None]
    assert not kept.original
    with pytest.raises(NotStored, match="not kept"):
        sets.original(kept)
    assert stat.S_IMODE((sets.home.root / "hash.salt").stat().st_mode) == 0o600
    for path in kept.folder.iterdir():
        content = path.read_bytes()
        assert not any(word in content for word in (b"Ada", b"Grace", b"ada@", b"example.org"))
    again_kept = sets.add(people, choices=Choices(drop=("name",), hash=("mail",)))
    assert again_kept.digest == kept.digest


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        (Choices(drop=("nme",)), "no column 'nme'. The table has: name, mail, age"),
        (Choices(drop=("name", "mail", "age")), "Nothing would be left"),
        (Choices(drop=("age",), hash=("age",)), "dropped or hashed, not both"),
    ],
)
def test_columns_that_cannot_be_protected_so(
    sets: DataSets, people: Path, choices: Choices, sentence: str
) -> None:
    with pytest.raises(DataSetError, match=sentence):
        sets.add(people, choices=choices)
    assert (there(sets), sets.list()) == ([], [])
