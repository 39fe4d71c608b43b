"""Who needs a job: the pure decision, and the tending that acts on it with a real server."""

from __future__ import annotations

from dataclasses import replace

import pytest
import redis

from jobs import queue
from jobs.events import Ended
from jobs.history.attempts import Attempt
from jobs.history.runs import desire
from jobs.recorder import Recorder
from jobs.requeue import Action, Situation, crashes, decide
from jobs.services import runs
from jobs.status import Facts
from jobs.wire import keys
from jobs.working.lease import Holder, claim
from jobs.yard import Yard
from tests.jobs.speaker import Speaker, save

NEW = Facts("running")
OPEN = Facts("running", 1, started=True)
CRASHED = Facts("running", 1, True, True, "crashed", "Killed.")
STOPPED = replace(CRASHED, desired="stopped")
FINISHED = replace(CRASHED, reason="completed")

TABLE: list[tuple[Situation, Action]] = [
    (Situation(NEW), "enqueue"),
    (Situation(NEW, queued=True), "nothing"),
    (Situation(NEW, leased=True), "nothing"),
    (Situation(NEW, drained=False), "nothing"),
    (Situation(NEW, server_seconds=1), "enqueue"),
    (Situation(NEW, claim_attempt=1, server_seconds=1), "nothing"),
    (Situation(NEW, claim_attempt=1), "enqueue"),
    (Situation(replace(NEW, desired="stopped")), "nothing"),
    (Situation(OPEN, claim_attempt=1, leased=True), "nothing"),
    (Situation(OPEN, claim_attempt=1), "lost"),
    (Situation(OPEN, claim_attempt=1, quiet=False), "nothing"),
    (Situation(OPEN, claim_attempt=1, drained=False), "nothing"),
    (Situation(OPEN, claim_attempt=1, server_seconds=29), "nothing"),
    (Situation(OPEN, claim_attempt=1, server_seconds=31), "lost"),
    (Situation(replace(OPEN, desired="stopped"), claim_attempt=1), "lost"),
    (Situation(CRASHED, claim_attempt=1), "enqueue"),
    (Situation(CRASHED, claim_attempt=1, server_seconds=1), "enqueue"),
    (Situation(CRASHED, claim_attempt=1, crashes=4), "enqueue"),
    (Situation(CRASHED, claim_attempt=1, crashes=5), "give-up"),
    (Situation(CRASHED, claim_attempt=2, leased=True, crashes=5), "nothing"),
    (Situation(STOPPED, claim_attempt=1), "nothing"),
    (Situation(FINISHED, claim_attempt=1), "nothing"),
    (Situation(replace(NEW, desired="paused")), "nothing"),
    (Situation(replace(OPEN, desired="paused"), claim_attempt=1), "lost"),
    (Situation(replace(CRASHED, desired="paused"), claim_attempt=1, crashes=5), "nothing"),
    (Situation(replace(CRASHED, reason="paused"), claim_attempt=1), "enqueue"),
    (Situation(replace(FINISHED, retried=1), claim_attempt=1), "enqueue"),
]


@pytest.mark.parametrize(("situation", "action"), TABLE)
def test_decide(situation: Situation, action: Action) -> None:
    assert decide(situation) == action


def attempt(number: int, reason: str, last_step: int, resume_step: int = 0) -> Attempt:
    return Attempt(
        *("r", number, "", "", "", "", 1.0, 1.0, 2.0, reason, "", "", "", resume_step, last_step),
        *(1, ""),
    )


@pytest.mark.parametrize(
    ("ends", "count"),
    [
        ([], 0),
        ([("crashed", 50, 0)], 1),
        ([("crashed", 50, 0)] * 3, 3),
        ([("crashed", 50, 0), ("lost", 50, 0), ("crashed", 40, 0)], 3),
        ([("crashed", 50, 0), ("crashed", 60, 0)], 1),
        ([("crashed", 50, 0), ("crashed", 50, 40)], 1),
        ([("crashed", 50, 0), ("interrupted", 50, 0), ("crashed", 50, 0)], 2),
        ([("crashed", 0, 0)] * 5, 5),
    ],
)
def test_crashes_counts_since_the_last_progress(
    ends: list[tuple[str, int, int]], count: int
) -> None:
    assert crashes([attempt(i, *end) for i, end in enumerate(ends, 1)]) == count


@pytest.fixture
def recorder(yard: Yard, client: redis.Redis) -> Recorder:
    return Recorder(client, yard.history, yard.home)


def settle(recorder: Recorder) -> None:
    """Rounds until nothing more arrives, and one look at every run after that."""
    while recorder.round():
        pass
    recorder.tend()


def holder() -> Holder:
    return Holder("w1", "m1", "cpu")


def test_a_saved_run_without_a_job_gets_one_once(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    for _ in range(3):
        settle(recorder)
    assert queue.queued(client) == [f"{run_id}_1"]


def test_runs_go_on_the_queue_in_the_order_of_their_launch(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    saved = [save(yard, f"run {number}") for number in range(5)]
    settle(recorder)
    assert queue.queued(client) == [f"{run_id}_1" for run_id in saved]


def test_everything_comes_back_after_redis_was_wiped(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    waiting, broken, stopping = save(yard), save(yard), save(yard)
    for run_id in (broken, stopping):
        speaker = Speaker(client, run_id)
        speaker.begin()
        if run_id == broken:
            speaker.say(Ended(cause="Killed.", signal=9))
    settle(recorder)
    with yard.history.writing() as connection:
        desire(connection, [stopping], "stopped")
    client.flushall()
    settle(recorder)
    settle(recorder)
    assert client.smembers(keys.LIVE) == {each.encode() for each in (waiting, broken, stopping)}
    assert queue.queued(client) == [f"{waiting}_1", f"{broken}_2"]
    assert client.get(keys.spec(waiting)) is not None
    assert claim(client, broken, holder()).attempt == 2
    assert client.xlen(keys.control(stopping)) == 1
    assert runs.get(yard, stopping).status == "stopping"


def test_a_lost_attempt_is_ended_and_queued_again(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 10)
    settle(recorder)
    assert runs.get(yard, run_id).status == "running"
    recorder = Recorder(client, yard.history, yard.home, young_seconds=0, quiet_seconds=0)
    settle(recorder)
    assert runs.get(yard, run_id).status == "running"
    speaker.lease.release(client)  # what the end of its ten seconds does, without the wait
    settle(recorder)
    settle(recorder)
    run = runs.get(yard, run_id)
    assert run.status == "resuming"
    assert run.cause.startswith("Lost contact with worker w1 on m1")
    assert queue.queued(client) == [f"{run_id}_2"]


def test_a_lost_attempt_that_speaks_again_misses_nothing(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 10)
    recorder = Recorder(client, yard.history, yard.home, young_seconds=0, quiet_seconds=0)
    settle(recorder)
    speaker.lease.release(client)
    settle(recorder)
    assert runs.get(yard, run_id).status == "resuming"
    assert [each.body["cause"][:4] for each in yard.history.records(run_id, "ended")] == ["Lost"]
    speaker.lease.renew(client)
    speaker.steps(11, 20)
    settle(recorder)
    run = runs.get(yard, run_id)
    assert (run.status, run.cause) == ("running", "")
    assert yard.history.records(run_id, "ended") == []
    assert yard.history.curve(run_id, "train/loss").steps.tolist() == list(range(1, 21))
    Speaker(client, run_id, attempt=2).begin(step=20)
    settle(recorder)
    first, _ = yard.history.attempts(run_id)
    assert (first.reason, first.cause) == ("lost", "Attempt 2 took over.")


def test_a_stop_that_did_not_reach_redis_is_sent_once(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    Speaker(client, run_id).begin()
    settle(recorder)
    with yard.history.writing() as connection:
        desire(connection, [run_id], "stopped")
    for _ in range(3):
        settle(recorder)
    assert client.xlen(keys.control(run_id)) == 1


def test_five_crashes_at_the_same_step_end_the_run(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    for number in range(1, 6):
        assert runs.get(yard, run_id).status != "failed"
        speaker = Speaker(client, run_id, attempt=number)
        speaker.begin()
        speaker.steps(1, 10)
        speaker.say(Ended(cause="Killed by signal 9.", signal=9, step=10))
        queue.cancel(client, run_id)
        settle(recorder)
    settle(recorder)
    run = runs.get(yard, run_id)
    assert run.status == "failed"
    assert run.cause == (
        "Crashed 5 times without getting past step 10. Last time: Killed by signal 9."
    )
    assert f"{run_id}_6" not in queue.queued(client)
