"""The recorder stores what streams say: all of it, once, and through everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import redis

from engine.events import Alert, Checkpoint, Evaluation, Hardware, Log, Steps
from jobs.events import Ended
from jobs.home import Home
from jobs.recorder import Recorder
from jobs.services import runs
from jobs.wire import keys
from jobs.wire.connect import connect_unretried
from jobs.wire.journal import Journal
from jobs.wire.telemetry import Telemetry
from jobs.working import lease
from jobs.yard import Yard
from tests.jobs.speaker import Speaker, loss, save


@pytest.fixture(params=["sqlite", "postgres"])
def yard(
    request: pytest.FixtureRequest, home: Home, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Yard]:
    """The services over each kind of database."""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        monkeypatch.setenv("TRAINYARD_DATABASE_URL", server.database())
    opened = Yard.open(home)
    yield opened
    opened.close()


@pytest.fixture
def recorder(yard: Yard, client: redis.Redis) -> Recorder:
    return Recorder(client, yard.history, yard.home)


def drain(recorder: Recorder) -> None:
    """Rounds until nothing more arrives."""
    while recorder.round():
        pass


def test_stores_points_records_and_summary(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 100)
    speaker.say(
        Evaluation(split="validation", epoch=1, step=50, metrics={"loss": 0.4, "accuracy": 0.8}),
        Evaluation(split="validation", epoch=2, step=100, metrics={"loss": 0.5, "accuracy": 0.7}),
        Evaluation(split="test", epoch=2, step=100, metrics={"loss": 0.3, "accuracy": 0.9}),
        Checkpoint(name="step-100-a1", bytes=5, seconds=0.1, step=100),
        Log(message="hello", step=100),
        Alert(code="x", message="look", step=100),
        hardware(50, cpu=10.0),
        hardware(50, cpu=20.0),
    )
    speaker.finish()
    drain(recorder)
    line = yard.history.curve(run_id, "train/loss")
    assert line.steps.tolist() == list(range(1, 101))
    assert line.values.tolist() == [loss(step) for step in range(1, 101)]
    assert line.seconds[0] == 101.0
    assert yard.history.curve(run_id, "validation/accuracy").steps.tolist() == [50, 100]
    assert yard.history.curve(run_id, "hardware/cpu").values.tolist() == [10.0, 20.0]
    assert [each.kind for each in yard.history.records(run_id, "evaluation")] == ["evaluation"] * 3
    assert [each.kind for each in yard.history.logs(run_id)] == [
        "claimed", "started", "log", "alert", "finished",
    ]  # fmt: skip
    run = runs.get(yard, run_id)
    assert (run.status, run.step, run.total_steps, run.epoch) == ("finished", 100, 100, 2)
    assert run.best == ("validation/accuracy", 0.8)
    assert run.test == {"loss": 0.3, "accuracy": 0.9}
    assert (run.machine, run.device_name, run.started, run.ended) == ("m1", "a CPU", 11.0, 99.0)
    assert yard.history.position(run_id) == (1, speaker.seq)


def hardware(step: int, cpu: float) -> Hardware:
    return Hardware(
        step=step, cpu=cpu, process_cpu=1.0, memory_used=2, memory_total=3, process_memory=1
    )


def test_a_finished_run_leaves_redis_after_an_hour(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.finish()
    drain(recorder)
    recorder.round()
    assert client.scard(keys.LIVE) == 0
    assert 3_500 < client.ttl(keys.events(run_id)) <= 3_600


def test_a_replayed_step_counts_once(yard: Yard, client: redis.Redis, recorder: Recorder) -> None:
    run_id = save(yard)
    first = Speaker(client, run_id)
    first.begin()
    first.steps(1, 60)
    first.say(Ended(cause="Killed.", signal=9, step=60))
    drain(recorder)
    second = Speaker(client, run_id, attempt=2)
    second.begin(step=40)
    second.steps(41, 100)
    drain(recorder)
    line = yard.history.curve(run_id, "train/loss")
    assert line.steps.tolist() == list(range(1, 101))
    run = runs.get(yard, run_id)
    assert not run.diverged
    assert (run.status, run.attempt, run.resumed) == ("running", 2, "exact")


def test_a_replay_with_another_value_is_shown_and_overwrites_nothing(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    first = Speaker(client, run_id)
    first.begin()
    first.steps(1, 60)
    second = Speaker(client, run_id, attempt=2)
    second.begin(step=40)
    second.steps(41, 50)
    second.steps(51, 80, shift=0.5)
    drain(recorder)
    line = yard.history.curve(run_id, "train/loss")
    assert line.values[:60].tolist() == [loss(step) for step in range(1, 61)]
    assert runs.get(yard, run_id).diverged_step == 51


def test_nan_is_kept_and_repeats_itself(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    for attempt in (1, 2):
        speaker = Speaker(client, run_id, attempt=attempt)
        speaker.begin()
        speaker.say(
            Steps(step=2, epoch=1, seconds=[1.0, 2.0], metrics={"train/loss": [1.0, float("nan")]})
        )
    drain(recorder)
    values = yard.history.curve(run_id, "train/loss").values
    assert values[0] == 1.0
    assert np.isnan(values[1])
    assert not runs.get(yard, run_id).diverged


def test_an_overtaken_attempt_is_refused(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    Speaker(client, run_id, attempt=2).begin()
    drain(recorder)
    client.delete(keys.events(run_id))
    zombie = Speaker(client, run_id)
    zombie.begin()
    zombie.steps(1, 10)
    drain(recorder)
    drain(Recorder(client, yard.history, yard.home))
    assert [each.attempt for each in yard.history.attempts(run_id)] == [2]
    assert yard.history.metrics(run_id) == []


@pytest.mark.parametrize("spoil", [b"no msgpack \xc1", b"\x91\x92\x05\x81\xa4kind\xa4evil"])
def test_what_cannot_be_read_stops_nothing(
    yard: Yard, client: redis.Redis, recorder: Recorder, spoil: bytes
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.seq += 3
    client.xadd(keys.events(run_id), {"e": spoil}, id=f"1-{speaker.seq}")
    speaker.steps(1, 10)
    drain(recorder)
    assert len(yard.history.curve(run_id, "train/loss")) == 10


def test_a_run_unknown_to_the_history_is_dropped(client: redis.Redis, recorder: Recorder) -> None:
    client.sadd(keys.LIVE, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    recorder.round()
    assert client.scard(keys.LIVE) == 0


def test_two_recorders_at_once_double_nothing(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    other = Recorder(client, yard.history, yard.home)
    for first in range(1, 600, 50):
        speaker.steps(first, first + 49)
        recorder.round()
        other.round()
    line = yard.history.curve(run_id, "train/loss")
    assert line.steps.tolist() == list(range(1, 601))


def test_the_stream_is_trimmed_behind_the_recorder(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 3_000, size=1)
    drain(recorder)
    assert 1_000 <= client.xlen(keys.events(run_id)) < 1_300
    assert len(yard.history.curve(run_id, "train/loss")) == 3_000
    assert yard.history.snapshot(run_id).position == (1, 3_002)


def test_watchers_are_told_after_the_commit(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    Speaker(client, run_id).begin()
    drain(recorder)
    changes: Any = client.xrange(keys.CHANGES)
    told = [fields[b"run"].decode() for _, fields in changes]
    assert run_id in told


def test_what_the_stream_lost_comes_from_the_journal(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    # Without a claim the recorder would say, rightly, that this trainer is lost.
    lease.claim(client, run_id, lease.Holder("w1", "m1", "cpu"))
    journal = Journal(yard.home.run(run_id), 1)
    writer = Telemetry(connect_unretried(yard.home), run_id, journal)
    for step in range(1, 501):
        writer.emit(
            Steps(step=step, epoch=1, seconds=[float(step)], metrics={"train/loss": [loss(step)]})
        )
    assert writer.close(30)
    client.xtrim(keys.events(run_id), maxlen=1, approximate=False)
    drain(recorder)
    line = yard.history.curve(run_id, "train/loss")
    assert line.steps.tolist() == list(range(1, 501))
    assert yard.history.position(run_id) == (1, 500)
