"""Runs that several machines train: whatever is killed, they go on, and nobody could tell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from jobs import changes, commands, keys, runs
from jobs.chaos.verdict import judge, result
from jobs.connect import url
from jobs.home import Home
from jobs.machines import list_machines
from jobs.yard import Yard
from tests.engine.small import small
from tests.jobs.fleet import Fleet, Member, fleet
from tests.jobs.stack import Stack, until

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(600)]

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


def keys_of_gangs(client: redis.Redis) -> list[bytes]:
    """What is left in Redis of gangs."""
    return [*client.scan_iter("ty:run:*:gang"), *client.keys(keys.GATHERING)]


def test_a_gang_is_paused_resumed_saved_and_stopped(
    yard: Yard, client: redis.Redis, machines: Fleet
) -> None:
    run_id = runs.launch(yard, small(*ENDLESS))
    assert len(set(under_way(yard, run_id, 1))) == 2
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


def _logged(yard: Yard, run_id: str) -> list[str]:
    found = yard.history.records(run_id, "log")
    return [str(each.body.get("message")) for each in found]
