"""For how long devices are kept for a run that cannot begin yet: what the script in Redis says."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis

from jobs import queue
from jobs.devices.gathering import HOLD_MILLISECONDS, Rest, rests_in
from jobs.wire import keys
from tests.jobs.box import Box, gathers, leads, pass_minutes
from tests.jobs.line import wait_in_line

HOLD = HOLD_MILLISECONDS / 60_000
"""minutes"""


def two(client: redis.Redis, total: int = 1) -> tuple[Box, Box]:
    """Two machines that are there, all of them in use."""
    a, b = Box(client, "a", total), Box(client, "b", total)
    a.look(0), b.look(0)
    return a, b


def rest_of(client: redis.Redis, job: str) -> tuple[float, Any] | None:
    """For how many minutes devices were kept for it, and for how many they are not."""
    run_id = queue.run_of(job)
    found: Rest | None = rests_in(client, [run_id]).get(run_id)
    return (found.held / 60, pytest.approx(found.left / 60, abs=0.1)) if found else None


def test_devices_are_kept_for_ten_minutes_then_others_come_first(client: redis.Redis) -> None:
    a, _ = two(client)
    gang, small = wait_in_line(client, machines=2), wait_in_line(client)
    assert a.look(1) == ("hold", gang)
    pass_minutes(client, HOLD - 0.1)
    assert a.look(1, holding=gang) == ("hold", gang)
    pass_minutes(client, 0.2)
    assert a.look(1, holding=gang) == ("run", small)
    assert rest_of(client, gang) == (HOLD, HOLD)
    assert queue.queued(client) == [gang], "it keeps its place"
    assert not gathers(client)


def test_after_its_rest_they_are_kept_for_twice_as_long(client: redis.Redis) -> None:
    a, b = two(client)
    gang = wait_in_line(client, machines=2)
    hold = HOLD
    for _ in range(3):
        small = wait_in_line(client)
        assert a.look(1) == ("hold", gang)
        pass_minutes(client, hold - 0.1)
        assert a.look(1, holding=gang) == ("hold", gang), "small runs do not starve it"
        pass_minutes(client, 0.2)
        assert a.look(1, holding=gang) == ("run", small)
        pass_minutes(client, hold)
        hold *= 2
    assert a.look(1) == ("hold", gang)
    assert b.look(1) == ("lead", gang)
    assert a.look(1, holding=gang) == ("follow", gang)
    assert not {b"rests", b"holds"} & client.hgetall(keys.needs(queue.run_of(gang))).keys()


def test_a_run_that_rests_has_what_nobody_else_takes(client: redis.Redis) -> None:
    a, b = two(client)
    gang = wait_in_line(client, machines=2)
    a.look(1)
    pass_minutes(client, HOLD)
    assert a.look(1, holding=gang) == ("hold", gang), "there is nothing else to do"
    assert rest_of(client, gang) == (HOLD, HOLD)
    small = wait_in_line(client)
    assert a.look(1, holding=gang) == ("run", small), "but it does not wait for that"
    assert a.look(1) == ("hold", gang)
    assert b.look(1) == ("lead", gang), "they are free at once: it need not rest"


def test_its_time_begins_again_after_a_rest_in_which_it_waited(client: redis.Redis) -> None:
    a, _ = two(client)
    gang = wait_in_line(client, machines=2)
    a.look(1)
    pass_minutes(client, HOLD)
    assert a.look(1, holding=gang) == ("hold", gang)
    pass_minutes(client, HOLD)
    small = wait_in_line(client)
    assert a.look(1, holding=gang) == ("hold", gang), "its rest is over"
    pass_minutes(client, 2 * HOLD - 0.2)
    assert a.look(1, holding=gang) == ("hold", gang), "twice as long"
    pass_minutes(client, 0.4)
    assert a.look(1, holding=gang) == ("run", small)


def test_while_one_rests_another_is_gathered_for(client: redis.Redis) -> None:
    """As four that are needed, of which one trains for days, keep nothing from a pair."""
    boxes = [Box(client, name, 1) for name in "abcd"]
    for each in boxes:
        each.look(0)
    a, b, c, d = boxes
    four, pair = wait_in_line(client, machines=4), wait_in_line(client, machines=2)
    assert a.look(1) == ("hold", four)
    pass_minutes(client, HOLD)
    assert a.look(1, holding=four) == ("hold", pair)
    assert c.look(1) == ("lead", pair)
    assert leads(client, pair) == ["c", "a"]
    assert b.look(1) == ("hold", four), "nothing else waits"
    pass_minutes(client, HOLD)
    assert d.look(1) == ("hold", four)
    assert rest_of(client, four) is None


def test_what_needs_a_whole_machine_rests_too(client: redis.Redis) -> None:
    a = Box(client, "a")
    large, small = wait_in_line(client, devices=2), wait_in_line(client)
    assert a.look(1) == ("drain", large)
    pass_minutes(client, HOLD)
    assert a.look(1) == ("run", small)
    assert a.look(2) == ("run", large), "both are free: it need not rest"


def test_no_time_passes_while_nobody_keeps_anything(client: redis.Redis) -> None:
    a, _ = two(client)
    gang = wait_in_line(client, machines=2)
    assert a.look(1) == ("hold", gang)
    assert a.look(0) == ("nothing", ""), "somebody took it meanwhile"
    pass_minutes(client, HOLD)
    assert a.look(1) == ("hold", gang)
    assert rest_of(client, gang) is None


@pytest.mark.parametrize("needs", [{"machines": 3}, {"machines": 2, "devices": 2}])
def test_nothing_is_kept_for_a_gang_that_can_never_be_whole(
    client: redis.Redis, needs: dict[str, int]
) -> None:
    """More machines than there are, more devices than they have; as GPUs that nobody has."""
    boxes = two(client)
    wait_in_line(client, **needs)
    wait_in_line(client, machines=2, kind="cuda")
    for each in boxes:
        assert each.look(1) == ("nothing", "")
    assert not gathers(client)


def test_nothing_is_kept_once_a_machine_that_it_needs_is_gone(client: redis.Redis) -> None:
    a, _ = two(client)
    gang, small = wait_in_line(client, machines=2), wait_in_line(client)
    assert a.look(1) == ("hold", gang)
    client.hdel(keys.WORKERS, "b-w1")
    assert a.look(1, holding=gang) == ("run", small)


@dataclass
class Yard:
    """Machines of one device on which runs train for whole minutes; there is always a small one."""

    client: redis.Redis
    boxes: list[Box]
    left: dict[str, int] = field(default_factory=dict)
    """minutes until what a machine trains ends"""
    holding: dict[str, str] = field(default_factory=dict)
    idle: int = 0
    """minutes of all machines"""

    def minute(self, longest: int, chance: random.Random) -> bool:
        """Every machine looks; then a minute passes. Whether a gang has begun."""
        begun = False
        for each in self.boxes:
            if len(queue.queued(self.client)) < 3:
                wait_in_line(self.client)
            if self.left.get(each.name, 0) > 0:
                each.look(0)
                continue
            what, job = each.look(1, holding=self.holding.get(each.name, ""))
            self.holding[each.name] = job if what == "hold" else ""
            if what == "run":
                self.left[each.name] = chance.randint(1, longest)
            begun = begun or what == "lead"
            self.idle += what == "hold"
        pass_minutes(self.client, 1)
        self.left = {name: minutes - 1 for name, minutes in self.left.items()}
        return begun


@pytest.mark.parametrize("seed", range(4))
def test_a_gang_never_starves_however_long_the_small_runs_are(
    client: redis.Redis, seed: int
) -> None:
    """It holds until it holds for longer than they take: no more than five times as long in all."""
    longest, chance = 90, random.Random(seed)
    yard = Yard(client, [Box(client, name, 1) for name in "abc"])
    for _ in range(longest):
        yard.minute(longest, chance)
    gang = wait_in_line(client, machines=3)
    waited = 0
    while not yard.minute(longest, chance):
        waited += 1
        assert waited <= 5 * longest
    assert leads(client, gang)
    assert yard.idle <= 2 * waited, "of three machines"
