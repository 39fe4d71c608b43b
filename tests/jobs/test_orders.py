"""Stop, pause, resume, checkpoint and retry: durable, idempotent, acknowledged with their step."""

from __future__ import annotations

import pytest
import redis

from engine.config import RunConfig
from engine.events import Obeyed
from engine.settings.command import override
from jobs import queue
from jobs.home import Home
from jobs.permitted import Op
from jobs.recorder import Recorder
from jobs.services import commands, runs
from jobs.wire import control, keys
from jobs.working.attempt import unwanted
from jobs.working.ending import has_ended
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.speaker import Speaker, save
from tests.jobs.stack import Stack, until

IRIS = override(RunConfig(), ["preset=iris_mlp", "name="])
ENDLESS = [
    "preset=digits_mlp",
    "hardware.threads=1",
    "training.batch_size=8",
    "training.epochs=4000",
    "training.checkpoint_seconds=600",
]


@pytest.fixture
def recorder(yard: Yard, client: redis.Redis) -> Recorder:
    return Recorder(client, yard.history, yard.home, young_seconds=0, quiet_seconds=0)


def settle(recorder: Recorder) -> None:
    while recorder.round():
        pass
    recorder.tend()
    while recorder.round():
        pass
    recorder.tend()


def states(yard: Yard, run_id: str) -> list[tuple[str, str, int | None]]:
    return [(it.op, it.state, it.step) for it in commands.told(yard, runs.get(yard, run_id))]


def test_a_paused_run_waits_for_its_resume_and_keeps_its_place(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    first, second = runs.launch(yard, IRIS), runs.launch(yard, IRIS)
    for _ in range(2):
        commands.ask(yard, first, "pause", "Ada")
    run = runs.get(yard, first)
    assert (run.status, run.cause) == (
        "paused",
        "Paused before it began; it keeps its place in the queue.",
    )
    assert queue.queued(client) == [f"{second}_1"]
    settle(recorder)
    assert queue.queued(client) == [f"{second}_1"]
    commands.ask(yard, first, "resume")
    assert queue.queued(client) == [f"{first}_1", f"{second}_1"]
    assert states(yard, first) == [("pause", "taken back", None), ("resume", "done", 0)]


def test_a_running_run_says_at_which_step_it_pauses_and_goes_on(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 20)
    settle(recorder)
    commands.ask(yard, run_id, "checkpoint")
    commands.ask(yard, run_id, "pause")
    assert runs.get(yard, run_id).status == "pausing"
    assert [state for _, state, _ in states(yard, run_id)] == ["waits", "waits"]
    speaker.say(Obeyed(op="checkpoint", step=20), Obeyed(op="pause", step=20))
    speaker.finish("paused")
    settle(recorder)
    run = runs.get(yard, run_id)
    assert (run.status, run.cause) == (
        "paused",
        "Paused at step 20; it keeps its place in the queue.",
    )
    assert run.seconds(10_000.0) == 99.0 - 11.0, "a pause is no training"
    assert queue.queued(client) == []
    commands.ask(yard, run_id, "resume")
    run = runs.get(yard, run_id)
    assert (run.status, run.cause) == ("queued", "Waits for a worker, to go on after step 20.")
    assert queue.queued(client) == [f"{run_id}_2"]
    assert unwanted(control.wish(client, run_id)) is None
    again = Speaker(client, run_id, attempt=2)
    again.begin(step=20)
    again.say(Obeyed(op="resume", step=20))
    settle(recorder)
    run = runs.get(yard, run_id)
    assert (run.status, run.seconds(10_000.0)) == ("running", 88.0 + 10_000.0 - 11.0)
    assert states(yard, run_id) == [
        *(("checkpoint", "done", 20), ("pause", "done", 20), ("resume", "done", 20))
    ]


@pytest.mark.parametrize(("op", "status"), [("stop", "stopping"), ("pause", "pausing")])
def test_redis_forgets_everything_and_the_command_still_arrives(
    yard: Yard, client: redis.Redis, recorder: Recorder, op: Op, status: str
) -> None:
    run_id = save(yard)
    Speaker(client, run_id).begin()
    settle(recorder)
    commands.ask(yard, run_id, op)
    commands.ask(yard, run_id, op)
    client.flushall()
    settle(recorder)
    settle(recorder)
    assert runs.get(yard, run_id).status == status
    assert unwanted(control.wish(client, run_id)) is not None
    assert client.xlen(keys.control(run_id)) == 1


def test_a_resume_that_was_lost_does_not_leave_the_run_paused(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    settle(recorder)
    commands.ask(yard, run_id, "pause")
    speaker.finish("paused")
    settle(recorder)
    commands.ask(yard, run_id, "resume")
    # What a Redis without its last second knows: the pause, and neither resume nor job.
    client.delete(keys.control(run_id), f"rq:job:{run_id}_2", queue.LIST)
    control.send(client, run_id, "pause")
    settle(recorder)
    assert queue.queued(client) == [f"{run_id}_2"]
    assert unwanted(control.wish(client, run_id)) is None


def test_a_job_of_a_run_that_shall_not_run_is_taken_away(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    kept, paused, stopped = (runs.launch(yard, IRIS) for _ in range(3))
    settle(recorder)
    before = client.dump(queue.LIST)
    commands.ask(yard, paused, "pause")
    commands.ask(yard, stopped, "stop")
    assert isinstance(before, bytes)
    client.restore(queue.LIST, 0, before, replace=True)
    client.rpush(queue.LIST, "stranger", b"\xff\x00")
    settle(recorder)
    assert queue.queued(client)[0] == f"{kept}_1"
    assert client.llen(queue.LIST) == 3


def test_a_failed_run_is_tried_again_also_after_redis_forgot_it(
    yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    run_id = save(yard)
    speaker = Speaker(client, run_id)
    speaker.begin()
    speaker.steps(1, 10)
    speaker.finish("failed", "Out of memory.")
    settle(recorder)
    assert has_ended(client, run_id)
    commands.ask(yard, run_id, "retry")
    commands.ask(yard, run_id, "retry")
    assert runs.get(yard, run_id).status == "queued"
    settle(recorder)
    assert queue.queued(client) == [f"{run_id}_2"]
    assert not has_ended(client, run_id)
    assert client.ttl(keys.events(run_id)) == -1
    client.flushall()
    settle(recorder)
    settle(recorder)
    assert queue.queued(client) == [f"{run_id}_2"]
    again = Speaker(client, run_id, attempt=2)
    again.begin(step=10)
    settle(recorder)
    assert runs.get(yard, run_id).status == "running"
    again.finish("stopped")
    settle(recorder)
    assert runs.get(yard, run_id).status == "stopped"


def test_of_several_runs_those_that_can_are_asked_and_the_others_named(
    home: Home, yard: Yard, client: redis.Redis, recorder: Recorder
) -> None:
    waiting, over = runs.launch(yard, IRIS), save(yard, "old")
    speaker = Speaker(client, over)
    speaker.begin()
    speaker.finish()
    settle(recorder)
    done = trainyard("pause", waiting, over, home=home)
    assert done.returncode == 2
    assert "paused" in done.stdout
    assert done.stderr == (
        "trainyard: old has ended already (finished); there is nothing to pause.\n"
    )
    again = trainyard("pause", waiting, home=home)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    with pytest.raises(runs.UnknownRun):
        commands.ask_all(yard, [waiting, "nothing"], "stop")
    assert runs.get(yard, waiting).status == "paused"


@pytest.mark.alone
def test_a_real_run_saves_pauses_frees_its_worker_goes_on_and_stops(
    home: Home, yard: Yard, client: redis.Redis
) -> None:
    """With real parts: at each command the run says the step, and the next run gets the device."""
    stack = Stack(home)
    stack.start("recorder")
    stack.start("worker", "--device", "cpu")
    try:
        run_id = runs.launch(yard, override(RunConfig(), ENDLESS))
        other = runs.launch(yard, override(RunConfig(), ENDLESS))
        until(lambda: runs.get(yard, run_id).step > 20, "some steps", 180)
        commands.ask(yard, run_id, "checkpoint")
        until(lambda: yard.history.counts(run_id).get("obeyed", 0) == 1, "the checkpoint")
        (saved,) = yard.history.records(run_id, "checkpoint")
        (obeyed,) = yard.history.records(run_id, "obeyed")
        assert (saved.step, obeyed.body["op"]) == (obeyed.step, "checkpoint")
        commands.ask(yard, run_id, "pause")
        until(lambda: runs.get(yard, other).status == "running", "the other run", 180)
        run = runs.get(yard, run_id)
        assert run.status == "paused"
        paused = states(yard, run_id)[-1]
        assert paused == ("pause", "done", run.step)
        commands.ask(yard, run_id, "resume")
        # It was launched first, so it is next.
        commands.ask(yard, other, "pause")
        until(lambda: runs.get(yard, run_id).status == "running", "the first run again", 180)
        attempt = yard.history.attempts(run_id)[-1]
        assert (attempt.attempt, attempt.resumed) == (2, "exact")
        assert attempt.resume_step == paused[2]
        until(lambda: states(yard, run_id)[-1][1] == "done", "the resume's answer")
        assert states(yard, run_id)[-1] == ("resume", "done", attempt.resume_step)
        commands.ask(yard, run_id, "stop")
        commands.ask(yard, other, "stop")
        until(lambda: runs.get(yard, run_id).over and runs.get(yard, other).over, "both ends")
        assert runs.get(yard, run_id).diverged_step is None
        assert client.llen(queue.LIST) == 0
    finally:
        stack.end()
