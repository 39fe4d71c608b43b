"""Many runs at once: launched, ordered, cancelled, and brought back by the recorder."""

from __future__ import annotations

import time

import pytest
import redis

from engine.config import RunConfig
from engine.problem import SettingsError
from engine.settings.command import override
from jobs import queue
from jobs.history.finding import Filter
from jobs.home import Home
from jobs.recorder import Recorder
from jobs.services import commands, queueing, runs
from jobs.services.launching import launch_all, over_seeds
from jobs.services.organise import page
from jobs.wire import keys
from jobs.yard import Yard
from tests.jobs.commands import trainyard

IRIS = override(RunConfig(), ["preset=iris_mlp", "name=iris"])


def waiting(client: redis.Redis) -> list[str]:
    return [queue.run_of(name) for name in queue.queued(client)]


def test_runs_launched_together_are_as_if_launched_one_by_one(
    yard: Yard, client: redis.Redis
) -> None:
    one = runs.launch(yard, IRIS)
    low = runs.launch(yard, IRIS, priority=-10)
    many = launch_all(yard, over_seeds(IRIS, 12))
    high = launch_all(yard, over_seeds(IRIS, 2), priority=10)
    assert waiting(client) == [*high, one, *many, low]
    alone, together = runs.get(yard, one), runs.get(yard, many[3])
    assert (together.name, together.config.training.seed) == ("iris seed 3", 3)
    job, other = (client.hgetall(f"rq:job:{each}_1") for each in (one, many[3]))
    assert job.keys() == other.keys()
    assert (job[b"timeout"], job[b"devices"]) == (other[b"timeout"], other[b"devices"])
    assert client.get(keys.spec(many[3])) == together.config.model_dump_json().encode()
    found, number = page(yard, Filter(model=alone.config.model.kind), 50)
    assert number == len(found) == 16
    wrong = override(RunConfig(), ["data=iris", "model=cnn"])
    with pytest.raises(SettingsError):
        launch_all(yard, [IRIS, wrong])
    assert len(runs.list(yard)) == 16


def test_all_that_waits_is_cancelled_on_the_command_line(
    home: Home, yard: Yard, client: redis.Redis
) -> None:
    done = trainyard("launch", "preset=iris_mlp", "--seeds", "3", "--priority", "high", home=home)
    assert done.returncode == 0, done.stderr
    ids = done.stdout.split()
    assert waiting(client) == ids
    assert trainyard("launch", "--seeds", "2", "--wait", home=home).returncode == 2
    assert trainyard("stop", home=home).returncode == 2
    assert trainyard("pause", ids[1], home=home).returncode == 0
    assert trainyard("stop", "--queued", home=home).stdout == "3 runs: asked to stop\n"
    assert waiting(client) == []
    assert {run.status for run in runs.list(yard)} == {"stopped"}
    assert "nothing waits" in trainyard("queue", home=home).stderr


@pytest.mark.slow
def test_thousands_wait_are_moved_and_cancelled_in_seconds(yard: Yard, client: redis.Redis) -> None:
    """2,000 here, with room for a busy machine; `./trainyard bench queue` does 10,000."""
    began = time.monotonic()
    ids = launch_all(yard, over_seeds(IRIS, 2_000))
    assert time.monotonic() - began < 10
    assert waiting(client) == ids
    recorder = Recorder(client, yard.history, yard.home)
    client.flushall()
    for _ in range(40):
        recorder.round()
        recorder.tend()
    assert waiting(client) == ids
    began = time.monotonic()
    queueing.move(yard, [ids[-1]], ids[0])
    page(yard, Filter(), 50)
    queueing.look(yard)
    assert time.monotonic() - began < 5
    assert waiting(client)[:2] == [ids[-1], ids[0]]
    began = time.monotonic()
    answers = commands.ask_all(yard, ids, "stop")
    assert time.monotonic() - began < 10
    assert {each.state for each in answers} == {"do"}
    assert waiting(client) == []
