"""kill -9 of recorder and Redis at every awkward moment: nothing lost, nothing twice."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from engine.events import Log, Steps
from jobs import queue
from jobs.events import Ended
from jobs.home import Home
from jobs.server import Server
from jobs.services import runs
from jobs.wire.connect import connect, connect_unretried
from jobs.wire.journal import Journal
from jobs.wire.telemetry import Telemetry
from jobs.yard import Yard
from tests.jobs.speaker import Speaker, loss, save
from tests.jobs.stack import Stack, until

PLACES = [
    "recorder.before_commit",
    "recorder.after_commit",
    "recorder.before_trim",
    "tend.before_enqueue",
    "tend.after_enqueue",
]


@pytest.fixture
def stack(home: Home) -> Iterator[Stack]:
    running = Stack(home)
    yield running
    running.end()


@pytest.mark.slow
@pytest.mark.parametrize("visit", [1, 2])
@pytest.mark.parametrize("place", PLACES)
def test_the_recorder_is_killed_there(
    yard: Yard, client: redis.Redis, stack: Stack, place: str, visit: int
) -> None:
    first, second = Speaker(client, save(yard)), Speaker(client, save(yard))
    stack.start("recorder", fault=f"{place}@{visit}:kill9")
    process = stack.processes["recorder"]
    for part in range(3):
        for speaker in (first, second):
            if part == 0:
                speaker.begin()
            speaker.steps(part * 100 + 1, part * 100 + 100)
            speaker.say(Log(message=f"part {part}"))
            if part == 2:
                speaker.say(Ended(cause="Killed.", signal=9, step=300))
        until(lambda: process.poll() is not None or _stored(yard, first, second), "the part")
    assert _return_code(process) == -9
    stack.start("recorder")
    names = {queue.job_id(each.run_id, number) for each in (first, second) for number in (1, 2)}
    until(lambda: _stored(yard, first, second), "everything stored")
    until(lambda: sum(name in names for name in queue.queued(client)) >= 2, "both queued")
    for speaker in (first, second):
        line = yard.history.curve(speaker.run_id, "train/loss")
        assert line.steps.tolist() == list(range(1, 301))
        assert line.values.tolist() == [loss(step) for step in range(1, 301)]
        kinds = Counter(each.kind for each in yard.history.records(speaker.run_id))
        assert kinds == {"claimed": 1, "started": 1, "log": 3, "ended": 1}
        assert queue.job_id(speaker.run_id, 2) in queue.queued(client)
    assert max(Counter(queue.queued(client)).values()) == 1


def _stored(yard: Yard, *speakers: Speaker) -> bool:
    return all(yard.history.position(each.run_id)[1] >= each.seq for each in speakers)


def _return_code(process: subprocess.Popen[bytes]) -> int:
    return process.wait(30)


def test_redis_dies_twice_under_a_writer_and_a_recorder(
    tmp_path: Path, stack: Stack, request: pytest.FixtureRequest
) -> None:
    stack.home = home = Home(tmp_path / "elsewhere").create()
    server = Server(home)
    request.addfinalizer(server.stop)
    server.start()
    yard = Yard.open(home)
    run_id = save(yard)
    stack.start("recorder")
    journal = Journal(tmp_path / "journal", 1)
    telemetry = Telemetry(connect_unretried(home), run_id, journal)
    for step in range(1, 2_001):
        telemetry.emit(
            Steps(step=step, epoch=1, seconds=[float(step)], metrics={"train/loss": [loss(step)]})
        )
        if step in (500, 1_500):
            until(lambda s=step: _reached(yard, run_id, s - 400), "the recorder")  # type: ignore[misc]
            assert server.process is not None
            server.process.kill()
            server.process.wait()
            server.start()
    assert telemetry.close(30)
    until(lambda: _reached(yard, run_id, 2_000), "all 2,000 points")
    line = yard.history.curve(run_id, "train/loss")
    assert line.steps.tolist() == list(range(1, 2_001))
    assert line.values.tolist() == [loss(step) for step in range(1, 2_001)]
    assert stack.processes["recorder"].poll() is None


def _reached(yard: Yard, run_id: str, step: int) -> bool:
    return runs.get(yard, run_id).step >= step


def test_a_recorder_waits_for_a_redis_that_is_not_there_yet(
    tmp_path: Path, stack: Stack, request: pytest.FixtureRequest
) -> None:
    elsewhere = Home(tmp_path / "elsewhere").create()
    stack.home = elsewhere
    stack.start("recorder")
    log = elsewhere.logs / "recorder.log"
    until(lambda: "Waiting" in log.read_text(), "a word about waiting")
    yard = Yard.open(elsewhere)
    server = Server(elsewhere)
    request.addfinalizer(server.stop)
    server.start()
    run_id = save(yard)
    with connect(elsewhere) as client:
        Speaker(client, run_id).begin()
        until(lambda: runs.get(yard, run_id).status == "running", "the run in the history")
