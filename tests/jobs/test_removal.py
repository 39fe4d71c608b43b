"""The recorder removes deleted runs for good, and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from sqlalchemy import func, select

from engine.events import Evaluation, Log
from jobs.history import labels
from jobs.history.schema import CHUNKS, METADATA, RUNS
from jobs.recorder import Recorder
from jobs.recording import remove
from jobs.services import organise, runs
from jobs.wire import keys
from jobs.working.lease import Holder, claim
from jobs.yard import Yard
from tests.jobs.launched import until
from tests.jobs.speaker import Speaker, save


@pytest.fixture
def recorder(yard: Yard, client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setattr(remove, "LOOK_SECONDS", 0.0)
    return Recorder(client, yard.history, yard.home)


def trained(yard: Yard, client: redis.Redis, recorder: Recorder, name: str = "mine") -> str:
    """A finished run with points, records, a tag and a folder."""
    run_id = save(yard, name)
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 3_000)
    numbers = Evaluation(split="test", epoch=1, step=9, metrics={"accuracy": 1.0})
    speaker.say(numbers, Log(message="done"))
    speaker.finish()
    while recorder.round():
        pass
    recorder.tend()
    organise.tag(yard, [run_id], ["tag"])
    checkpoint = yard.home.run(run_id) / "checkpoints" / "step-1"
    checkpoint.mkdir(parents=True)
    (checkpoint / "weights").write_bytes(b"0" * 100)
    return run_id


def rows_of(yard: Yard, run_id: str) -> dict[str, int]:
    """How many rows each table has of the run."""
    with yard.history.reading() as connection:
        return {
            table.name: number
            for table in METADATA.sorted_tables
            if "run" in table.c or table is RUNS
            for column in [table.c.id if table is RUNS else table.c.run]
            if (number := connection.scalar(select(func.count()).where(column == run_id)))
        }


def gone(yard: Yard, recorder: Recorder, run_id: str) -> Callable[[], bool]:
    """Looks, and says whether the run's row is gone."""

    def look() -> bool:
        recorder.tend()
        return "runs" not in rows_of(yard, run_id)

    return look


def test_everything_of_a_removed_run_goes_and_the_others_stay(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run, other = trained(yard, client, recorder), trained(yard, client, recorder, "other")
    before = rows_of(yard, other)
    assert {"runs", "attempts", "chunks", "records", "evaluations", "tags"} <= set(before)
    organise.delete(yard, [run], now=True)
    until(gone(yard, recorder, run), "removal")
    assert rows_of(yard, run) == {}
    assert not yard.home.run(run).exists()
    assert [
        key(run) for key in (keys.events, keys.spec, keys.claim) if client.exists(key(run))
    ] == []
    assert rows_of(yard, other) == before
    assert yard.home.run(other).is_dir()
    with pytest.raises(runs.UnknownRun):
        runs.get(yard, run)


def test_a_run_that_can_be_had_back_is_left_alone(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run = trained(yard, client, recorder)
    before = rows_of(yard, run)
    organise.delete(yard, [run])
    for moment in (time.time() + 5, time.time() - 5):
        with yard.history.writing() as connection:
            labels.change(connection, [run], removal=moment)
        recorder.tend()
        assert rows_of(yard, run) == before, "clocks of two machines differ"
    assert yard.home.run(run).is_dir()


def test_a_run_that_goes_on_is_refused(yard: Yard, client: redis.Redis, recorder: Recorder) -> None:
    run = save(yard, "busy")
    Speaker(client, run).begin()
    while recorder.round():
        pass
    with pytest.raises(runs.NotPossible, match=r"busy is running\. Stop it first.*trainyard stop"):
        organise.delete(yard, [run])
    assert not runs.get(yard, run).deleted


def test_a_lost_worker_that_may_come_back_is_waited_for(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run = trained(yard, client, recorder)
    lease = claim(client, run, Holder("w", "m", "cpu"))
    organise.delete(yard, [run], now=True)
    recorder.tend()
    assert "runs" in rows_of(yard, run)
    lease.release(client)
    until(gone(yard, recorder, run), "removal")


def test_a_folder_that_cannot_be_removed_keeps_the_run(
    yard: Yard, client: redis.Redis, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remove, "AGAIN_SECONDS", 0.0)
    run = trained(yard, client, recorder)
    store = yard.home.root / "elsewhere"
    os.rename(yard.home.run(run).parent, store)
    monkeypatch.setenv("TRAINYARD_STORE", str(yard.home.root / "not mounted"))
    organise.delete(yard, [run], now=True)
    recorder.tend()
    assert "chunks" in rows_of(yard, run), "the disk is away, not the folder"
    monkeypatch.setenv("TRAINYARD_STORE", str(store))
    until(gone(yard, Recorder(client, yard.history, yard.home), run), "removal")
    assert not Path(store, run).exists()


def test_killed_in_between_it_goes_on(yard: Yard, client: redis.Redis, recorder: Recorder) -> None:
    run = trained(yard, client, recorder)
    organise.delete(yard, [run], now=True)

    def some_points_gone() -> bool:
        recorder.tend()
        return rows_of(yard, run).get(CHUNKS.name, 0) == 0

    until(some_points_gone, "first rows")
    until(gone(yard, Recorder(client, yard.history, yard.home), run), "removal")
    assert rows_of(yard, run) == {}
