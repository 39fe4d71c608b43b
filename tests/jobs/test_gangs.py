"""Runs that several machines train: whatever is killed, they go on, and nobody could tell."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from jobs.chaos.verdict import judge, result
from jobs.home import Home
from jobs.services import changes, commands, runs
from jobs.services.machines import list_machines
from jobs.wire import keys
from jobs.wire.connect import url
from jobs.yard import Yard
from tests.engine.parts import checkpoints
from tests.engine.small import small
from tests.jobs.fleet import Fleet, Member, fleet
from tests.jobs.stack import Stack, until

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(600)]

WEIGHTS = ("model.safetensors", "best.safetensors", "shard-0.safetensors", "shard-1.safetensors")
PAIR = ("hardware.device=auto", "hardware.machines=2", "training.checkpoint_seconds=0.2")
ENDLESS = (*PAIR, "schedule=constant", "training.epochs=100000")
MORE = 40
"""steps that the last attempt still takes: how fast they are differs between machines"""


@pytest.fixture
def machines(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    """Four of one device each, with one Redis and one store; and a recorder."""
    monkeypatch.setenv("REDIS_URL", url(home))
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path / "store"))
    stack = Stack(home)
    stack.start("recorder")
    members = [Member(f"m{n}", str(tmp_path / f"m{n}"), ("fake:0",)) for n in range(4)]
    try:
        with fleet(members) as running:
            yield running
    finally:
        stack.end()


def under_way(yard: Yard, run_id: str, attempt: int) -> list[int]:
    """Waits until that attempt has saved something; numbers of its machines, the leader's first."""

    def saved() -> bool:
        told = yard.history.records(run_id, "checkpoint")
        return any(each.attempt >= attempt for each in told)

    until(saved, f"a checkpoint of attempt {attempt}", 200)
    last = yard.history.attempts(run_id)[-1]
    assert last.attempt == attempt, causes(yard, run_id)
    return [int(each.removeprefix("m")) for each in last.machine.split(", ")]


def causes(yard: Yard, run_id: str) -> list[str]:
    return [f"{each.reason}: {each.cause}" for each in yard.history.attempts(run_id)]


def free(client: redis.Redis) -> bool:
    """Whether no worker that lives has a device in use."""
    found = [device for machine in list_machines(client) for device in machine.devices]
    return bool(found) and all(device.state == "free" for device in found)


def test_a_gang_goes_on_whichever_of_its_processes_is_killed(
    yard: Yard, client: redis.Redis, machines: Fleet
) -> None:
    """A member's rank, the leader's trainer, a member's worker, the leader's worker."""
    hurt = runs.launch(yard, small(*ENDLESS))
    _, member = under_way(yard, hurt, 1)
    (rank,) = machines.trainers(member)
    rank.kill()
    leader, _ = under_way(yard, hurt, 2)
    (trainer,) = machines.trainers(leader)
    trainer.kill()
    _, member = under_way(yard, hurt, 3)
    machines.worker(member).kill()
    leader, _ = under_way(yard, hurt, 4)
    machines.worker(leader).kill()
    under_way(yard, hurt, 5)
    last = runs.get(yard, hurt).step + MORE
    changes.ask(yard, hurt, "training.steps", last, "Ada")
    until(lambda: runs.get(yard, hurt).over, "the end", 200)
    calm = runs.launch(yard, small(*ENDLESS, f"training.steps={last}"))
    until(lambda: runs.get(yard, calm).over, "the end of the one in peace", 200)

    attempts = yard.history.attempts(hurt)
    assert len(attempts) == 5, causes(yard, hurt)
    assert [each.reason for each in attempts[:3]] == ["crashed", "crashed", "lost"]
    assert f"died on m{member}" in attempts[2].cause
    assert "killed by signal 9" in attempts[0].cause
    assert {each.resumed for each in attempts[1:]} == {"exact"}
    assert all(later.resume_step > 0 for later in attempts[1:])
    verdict = judge(result(yard, hurt), result(yard, calm))
    assert verdict.good, verdict
    until(lambda: free(client), "free devices")
    assert not keys_of_gangs(client)


def test_a_model_in_parts_on_two_machines_survives_each_of_them(
    yard: Yard, machines: Fleet
) -> None:
    """A member is killed, then the leader; both write their part of every checkpoint."""
    words = (*ENDLESS, "hardware.weights=sharded")
    hurt = runs.launch(yard, small(*words))
    _, member = under_way(yard, hurt, 1)
    machines.trainers(member)[0].kill()
    leader, _ = under_way(yard, hurt, 2)
    machines.trainers(leader)[0].kill()
    under_way(yard, hurt, 3)
    last = runs.get(yard, hurt).step + MORE
    changes.ask(yard, hurt, "training.steps", last, "Ada")
    until(lambda: runs.get(yard, hurt).over, "the end", 200)
    calm = runs.launch(yard, small(*words, f"training.steps={last}"))
    until(lambda: runs.get(yard, calm).over, "the end of the one in peace", 200)

    attempts = yard.history.attempts(hurt)
    assert [each.reason for each in attempts] == ["crashed", "crashed", "completed"], causes(
        yard, hurt
    )
    assert {each.resumed for each in attempts[1:]} == {"exact"}
    assert all(each.resume_step > 0 for each in attempts[1:])
    verdict = judge(result(yard, hurt), result(yard, calm))
    assert verdict.finished
    assert verdict.wrong == 0, verdict
    assert weights(yard, hurt) == weights(yard, calm)


def weights(yard: Yard, run_id: str) -> dict[str, str]:
    """Digests of the files of the last checkpoint: whole ones, and the part of each machine."""
    folder = checkpoints(yard.home.run(run_id))[-1]
    return {name: sha256((folder / name).read_bytes()).hexdigest() for name in WEIGHTS}


@pytest.mark.usefixtures("machines")
def test_a_gang_saves_and_changes_at_one_step_when_it_is_asked(yard: Yard) -> None:
    """Did one machine change at another step, the weights would differ from those of the replay."""
    run_id = runs.launch(yard, small(*ENDLESS, "training.checkpoint_seconds=600"))
    until(lambda: runs.get(yard, run_id).step > 0, "a step", 200)
    commands.ask(yard, run_id, "checkpoint", "Ada")
    until(lambda: bool(yard.history.records(run_id, "obeyed")), "the answer")
    (obeyed,) = yard.history.records(run_id, "obeyed")
    until(lambda: saved_at(yard, run_id, obeyed.step), "the checkpoint")
    changes.ask(yard, run_id, "optimizer.learning_rate", 0.02, "Ada")
    until(lambda: bool(yard.history.records(run_id, "changed")), "the change")
    changes.ask(yard, run_id, "training.steps", runs.get(yard, run_id).step + MORE, "Ada")
    until(lambda: runs.get(yard, run_id).over, "the end", 200)
    run = runs.get(yard, run_id)
    rate, steps = changes.every(yard, run)
    assert (rate.state, rate.setting, rate.after) == ("made", "optimizer.learning_rate", 0.02)
    assert rate.step is not None
    assert obeyed.step <= rate.step < run.step == steps.after

    again = runs.launch(yard, changes.replay(yard, run))
    until(lambda: runs.get(yard, again).over, "the end of the replay", 200)
    verdict = judge(result(yard, again), result(yard, run_id))
    assert verdict.good, verdict
    assert [len(yard.history.attempts(each)) for each in (run_id, again)] == [1, 1]


def saved_at(yard: Yard, run_id: str, step: int) -> bool:
    """Whether it has told of a checkpoint of that step."""
    return step in {each.step for each in yard.history.records(run_id, "checkpoint")}


def keys_of_gangs(client: redis.Redis) -> list[bytes]:
    """What is left in Redis of gangs."""
    return [*client.scan_iter("ty:run:*:gang"), *client.keys(keys.GATHERING)]


def test_a_gang_is_paused_resumed_saved_and_stopped(
    yard: Yard, client: redis.Redis, machines: Fleet
) -> None:
    run_id = runs.launch(yard, small(*ENDLESS))
    both = set(under_way(yard, run_id, 1))
    assert len(both) == 2
    until(lambda: measured(yard, run_id) == both, "what each machine does")
    commands.ask(yard, run_id, "pause", "Ada")
    until(lambda: runs.get(yard, run_id).status == "paused", "the pause")
    until(lambda: free(client), "free devices")
    commands.ask(yard, run_id, "resume", "Ada")
    _, second = under_way(yard, run_id, 2)
    # A worker that shuts down in order: the run is saved, and goes on with another machine.
    machines.worker(second).terminate()
    assert second not in under_way(yard, run_id, 3)
    commands.ask(yard, run_id, "stop", "Ada")
    until(lambda: runs.get(yard, run_id).over, "the stop")
    assert runs.get(yard, run_id).status == "stopped"
    told = yard.history.attempts(run_id)
    assert [each.reason for each in told] == ["paused", "interrupted", "stopped"]
    assert all(after.resume_step == before.last_step for before, after in pairwise(told))
    until(lambda: free(client), "free devices")
    assert not _logged(yard, run_id), "all see the store"


def measured(yard: Yard, run_id: str) -> set[int]:
    """Numbers of the machines that have curves."""
    return {n for n in range(4) if len(yard.history.curve(run_id, f"hardware/on m{n}/cpu"))}


def _logged(yard: Yard, run_id: str) -> list[str]:
    found = yard.history.records(run_id, "log")
    return [str(each.body.get("message")) for each in found]
