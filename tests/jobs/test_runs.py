"""The services: launch, stop, find; with Redis and while it is away."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
import redis
from sqlalchemy import update

from engine.config import RunConfig
from engine.problem import SettingsError
from engine.settings.command import override
from jobs import queue
from jobs.history.schema import RUNS
from jobs.home import Home
from jobs.ids import is_id, new_id
from jobs.recorder import Recorder
from jobs.server import Server
from jobs.services import commands, runs
from jobs.wire import keys
from jobs.wire.connect import RedisUnavailable
from jobs.wire.control import wish
from jobs.yard import Yard
from tests.jobs.speaker import Speaker, save

IRIS = override(RunConfig(), ["preset=iris_mlp", "name="])


def test_a_launch_saves_announces_and_queues(yard: Yard, client: redis.Redis) -> None:
    run_id = runs.launch(yard, IRIS)
    run = runs.get(yard, run_id)
    assert is_id(run_id)
    assert (run.status, run.attempts, run.step, run.best) == ("queued", 0, 0, None)
    assert run.name.endswith(" on Iris")
    assert run.config == IRIS.model_copy(update={"name": run.name})
    spec = client.get(keys.spec(run_id))
    assert isinstance(spec, bytes)
    assert RunConfig.model_validate_json(spec) == run.config
    assert client.smembers(keys.LIVE) == {run_id.encode()}
    assert queue.queued(client) == [f"{run_id}_1"]
    job = client.hgetall(f"rq:job:{run_id}_1")
    assert job[b"timeout"] == b"-1"


def test_what_cannot_work_is_refused_and_leaves_nothing(yard: Yard, client: redis.Redis) -> None:
    wrong = override(RunConfig(), ["data=iris", "model=cnn"])
    with pytest.raises(SettingsError) as refusal:
        runs.launch(yard, wrong)
    assert refusal.value.problems[0].path.startswith("model")
    assert runs.list(yard) == []
    assert queue.queued(client) == []


def test_a_key_launches_once_also_from_many_threads(yard: Yard, client: redis.Redis) -> None:
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(runs.launch(yard, IRIS, key="double click")))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(got) == 6
    assert len(set(got)) == 1
    assert [run.id for run in runs.list(yard)] == got[:1]
    assert queue.queued(client) == [f"{got[0]}_1"]
    assert runs.launch(yard, IRIS, key="another") != got[0]


@pytest.mark.alone
def test_a_run_launched_while_redis_is_away_is_queued_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.delenv("TRAINYARD_DATABASE_URL", raising=False)
    home = Home(tmp_path / "home").create()
    yard = Yard.open(home)
    never = runs.launch(yard, IRIS)
    server = Server(home)
    request.addfinalizer(server.stop)
    server.start()
    server.stop()
    began = time.monotonic()
    away = runs.launch(yard, IRIS)
    assert time.monotonic() - began < 3
    commands.ask(yard, never, "stop")
    assert [run.status for run in runs.list(yard)] == ["queued", "stopped"]
    server.start()
    recorder = Recorder(yard.redis, yard.history, yard.home)
    recorder.tend()
    recorder.round()
    recorder.tend()
    assert queue.queued(yard.redis) == [f"{away}_1"]
    yard.close()


def test_without_any_server_the_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    yard = Yard.open(Home(tmp_path / "home"))
    with pytest.raises(RedisUnavailable, match=r"\./trainyard up"):
        yard.redis  # noqa: B018
    yard.close()


def test_stopping_a_waiting_run_takes_it_off_the_queue(yard: Yard, client: redis.Redis) -> None:
    run_id, other = runs.launch(yard, IRIS), runs.launch(yard, IRIS)
    commands.ask(yard, run_id, "stop")
    run = runs.get(yard, run_id)
    assert (run.status, run.cause, run.over) == ("stopped", "Stopped before it began.", True)
    assert queue.queued(client) == [f"{other}_1"]
    commands.ask(yard, run_id, "stop")
    assert len(commands.told(yard, run)) == 1
    recorder = Recorder(client, yard.history, yard.home)
    recorder.round()
    recorder.tend()
    assert queue.queued(client) == [f"{other}_1"]


def test_stopping_a_running_run_asks_it(yard: Yard, client: redis.Redis) -> None:
    run_id = save(yard)
    Speaker(client, run_id).begin()
    while Recorder(client, yard.history, yard.home).round():
        pass
    commands.ask(yard, run_id, "stop")
    commands.ask(yard, run_id, "stop")
    assert runs.get(yard, run_id).status == "stopping"
    assert (wish(client, run_id), client.xlen(keys.control(run_id))) == ("stopped", 1)


def test_runs_are_found_by_id_beginning_and_name(yard: Yard) -> None:
    first, second = save(yard, "a name"), save(yard, "twins")
    third = save(yard, "twins")
    assert runs.find(yard, first).id == first
    assert runs.find(yard, second.lower()).id == second
    assert runs.find(yard, "a name").id == first
    with pytest.raises(runs.UnknownRun, match="several runs"):
        runs.find(yard, "twins")
    with pytest.raises(runs.UnknownRun, match="several runs"):
        runs.find(yard, first[:4])
    for odd in ("", "nothing", "%", "../../etc", "a' OR 1=1 --", "\x00"):
        with pytest.raises(runs.UnknownRun, match="There is no run"):
            runs.find(yard, odd)
    assert [run.id for run in runs.list(yard)] == [third, second, first]


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [new_id() for _ in range(10_000)]
    assert len(set(made)) == len(made)
    assert made == sorted(made)
    assert all(is_id(each) for each in made)
    assert not is_id("../../../../etc/passwd/////")


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        ({"name": "old", "shape": {"x": 1}, "training": {"epochs": 3}}, "shape"),
        ({"name": "old", "optimizer": {"kind": "gone"}, "training": {"epochs": 3}}, "optimizer"),
        (
            {
                "name": "old",
                "optimizer": {"kind": "sgd", "twist": 1},
                "training": {"epochs": 3, "batch_size": -1},
            },
            "optimizer.twist, training.batch_size",
        ),
    ],
)
def test_settings_of_another_version_are_told_and_hide_no_run(
    yard: Yard, stored: dict[str, object], named: str
) -> None:
    run_id = runs.launch(yard, RunConfig(name="new"))
    old = runs.launch(yard, RunConfig(name="old"))
    with yard.history.writing() as connection:
        text = json.dumps(stored)
        connection.execute(update(RUNS).where(RUNS.c.id == old).values(config=text))
    assert [run.id for run in runs.list(yard)] == [old, run_id]
    run = runs.get(yard, old)
    assert f"does not accept some of its settings ({named})" in run.cause
    assert (run.config.name, run.config.training.epochs) == ("old", 3)
    assert "does not accept" not in runs.get(yard, run_id).cause
