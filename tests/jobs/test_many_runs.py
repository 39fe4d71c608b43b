"""Many runs over several machines, simulated on this one: each with its name, home and devices."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import redis

from engine.config import RunConfig
from engine.settings.command import override
from jobs.home import Home
from jobs.services import queueing, runs
from jobs.wire import keys
from jobs.wire.connect import url
from jobs.yard import Yard
from tests.jobs.fleet import Member, fleet
from tests.jobs.stack import Stack, until

pytestmark = pytest.mark.alone

MACHINES, SINGLES, GANGS = 4, 60, 8
TINY = ["data=iris", "model=logistic_regression", "training.epochs=1", "hardware.threads=1"]
NAMES = ("fake:0", "fake:1")
DEVICES = MACHINES * len(NAMES)


def claims(client: redis.Redis) -> list[dict[str, Any]]:
    """The record of who held what, oldest first."""
    found: Any = client.xrange(keys.CLAIMS)
    told = [{k.decode(): v.decode() for k, v in fields.items()} for _, fields in found]
    return [{**each, "devices": json.loads(each["devices"])} for each in told]


def held_by(record: list[dict[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """Device → the runs that had it one after the other. Fails where two had it at once."""
    now: dict[tuple[str, str], str] = {}
    before: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in record:
        for name in each["devices"]:
            device = (each["machine"], name)
            if each["what"] == "taken":
                assert device not in now, f"{device} is held by {now[device]} and {each['run']}"
                now[device] = each["run"]
                before[device].append(each["run"])
            else:
                assert now.pop(device) == each["run"]
    assert not now
    return before


def launch_all(yard: Yard) -> dict[str, bool]:
    """Id → whether two machines must train it, in the order in which they were launched."""
    single = override(RunConfig(), TINY)
    gang = override(single, ["hardware.devices=2", "hardware.machines=2"])
    large = [number % 8 == 3 and number < 8 * GANGS for number in range(SINGLES + GANGS)]
    assert sum(large) == GANGS
    return {runs.launch(yard, gang if each else single): each for each in large}


def train_all(yard: Yard, folder: Path) -> None:
    """Has the machines train whatever waits."""
    members = [
        Member(f"m{machine}", str(folder / f"m{machine}"), names)
        for machine in range(MACHINES)
        for names in (NAMES, NAMES[::-1])
    ]
    stack = Stack(yard.home)
    stack.start("recorder")
    try:
        with fleet(members):
            until(lambda: all(each.over for each in runs.list(yard)), "the end of all", 800)
    finally:
        stack.end()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_sixty_runs_and_eight_gangs_over_four_machines(
    home: Home, yard: Yard, client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All complete, no device is held twice, and each kind begins in the order of the queue."""
    monkeypatch.setenv("REDIS_URL", url(home))
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path / "store"))
    launched = launch_all(yard)
    urgent = list(launched)[-1]
    queueing.prioritise(yard, [urgent], 50)
    train_all(yard, tmp_path)
    assert {(each.status, each.attempts) for each in runs.list(yard)} == {("finished", 1)}
    record = claims(client)
    assert len(held_by(record)) == DEVICES, "every device was used"
    taken = [each for each in record if each["what"] == "taken"]
    for run_id, large in launched.items():
        mine = [each for each in taken if each["run"] == run_id]
        assert [len(each["devices"]) for each in mine] == ([2, 2] if large else [1])
        assert len({each["machine"] for each in mine}) == len(mine)
        if large:
            machines = runs.get(yard, run_id).machine.split(", ")
            assert sorted(machines) == sorted(each["machine"] for each in mine)
    # Of those that look at the same moment any may write its record first.
    began = dict.fromkeys(each["run"] for each in taken)
    place = {run_id: n for n, run_id in enumerate(began)}
    assert place[urgent] < DEVICES
    for large in (True, False):
        alike = [run for run, it in launched.items() if it is large and run != urgent]
        order = sorted(alike, key=place.__getitem__)
        assert max(abs(order.index(run) - n) for n, run in enumerate(alike)) < DEVICES
    late = [place[run] - n for n, (run, large) in enumerate(launched.items()) if large]
    assert max(late) <= 2 * DEVICES, "small runs did not starve the large ones"
