"""The recorder reads the streams of runs that have begun, and finds out in time which have."""

from __future__ import annotations

import pytest
import redis

from jobs.recorder import Recorder
from jobs.recording import following
from jobs.services import commands
from jobs.wire import keys
from jobs.yard import Yard
from tests.jobs.speaker import Speaker, save


@pytest.fixture
def recorder(yard: Yard, client: redis.Redis) -> Recorder:
    return Recorder(client, yard.history, yard.home)


def read(recorder: Recorder) -> set[str]:
    """The runs whose streams are read."""
    return set(recorder._following.streams)


@pytest.mark.parametrize(("passing", "rounds"), [(2, 3), (0, 2)])
def test_a_run_is_read_from_when_it_begins(
    yard: Yard,
    client: redis.Redis,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    passing: int,
    rounds: int,
) -> None:
    """Found in passing, and at once where the worker said that it took it."""
    ids = [save(yard, name=f"run {number}") for number in range(5)]
    recorder.round()
    assert read(recorder) == set()
    monkeypatch.setattr(following, "PASSING", passing)
    if not passing:
        client.xadd(keys.CLAIMS, {"what": "taken", "run": ids[4]})
        client.xadd(keys.CLAIMS, {"what": "released", "run": ids[3]})
        client.xadd(keys.CLAIMS, {"nonsense": b"\xff"})
    speaker = Speaker(client, ids[4])
    speaker.begin()
    stored = [recorder.round() for _ in range(rounds)]
    assert any(stored)
    assert read(recorder) == {ids[4]}
    assert yard.history.position(ids[4]) == (1, speaker.seq)


def test_after_redis_forgot_everything_those_that_had_begun_are_read(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    begun, waits = save(yard), save(yard)
    Speaker(client, begun).begin()
    recorder.round()
    client.flushall()
    recorder.round()
    assert read(recorder) == set()
    recorder.tend()
    assert client.smembers(keys.LIVE) == {begun.encode(), waits.encode()}
    recorder.round()
    assert read(recorder) == {begun}


def test_runs_that_never_began_leave_redis_when_they_are_over(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    ids = [save(yard) for _ in range(3)]
    recorder.round()
    commands.ask_all(yard, ids[:2], "stop")
    recorder.tend()
    assert client.smembers(keys.LIVE) == {ids[2].encode()}
    assert client.ttl(keys.spec(ids[0])) > 0
    recorder.round()
    # Tried again it is there again, under the same name.
    commands.ask(yard, ids[0], "retry")
    recorder.tend()
    assert client.smembers(keys.LIVE) == {ids[0].encode(), ids[2].encode()}
