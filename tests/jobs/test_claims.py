"""Which run gets which devices: what the script in Redis says, without locks or training."""

from __future__ import annotations

import json

import redis

from engine.version import ENGINE
from jobs import queue
from jobs.devices.claim import Offer, look
from jobs.wire import keys
from tests.jobs.box import Box
from tests.jobs.line import QUEUE, wait_in_line


def test_first_come_first_served(client: redis.Redis) -> None:
    box = Box(client, "a")
    assert box.look(2) == ("nothing", "")
    first, second = wait_in_line(client), wait_in_line(client)
    assert box.look(0) == ("nothing", ""), "nothing is free"
    assert box.look(2) == ("run", first)
    assert box.look(1) == ("run", second)
    assert queue.queued(client) == []
    assert client.lrange(f"{QUEUE}:intermediate", 0, -1) == [second.encode(), first.encode()]


def test_small_runs_do_not_starve_a_large_one(client: redis.Redis) -> None:
    a, b = Box(client, "a"), Box(client, "b")
    large, small, last = wait_in_line(client, devices=2), wait_in_line(client), wait_in_line(client)
    assert a.look(1) == ("drain", large), "one is in use: it takes nothing that stands behind"
    assert b.look(1) == ("run", small), "one machine is enough to gather"
    assert a.look(1, "w2") == ("drain", large), "nor does another worker of that machine"
    assert a.look(2) == ("run", large)
    assert not client.exists(keys.GATHERING)
    assert a.look(1) == ("run", last)


def test_the_machine_with_more_free_devices_gathers(client: redis.Redis) -> None:
    a, b = Box(client, "a", total=4), Box(client, "b", total=4)
    large, small = wait_in_line(client, devices=4), wait_in_line(client)
    assert a.look(1) == ("drain", large)
    assert b.look(3) == ("drain", large)
    assert a.look(1) == ("run", small), "it gathers no more"


def test_what_stands_ahead_is_gathered_for_first(client: redis.Redis) -> None:
    a = Box(client, "a", total=4)
    late = wait_in_line(client, devices=4)
    assert a.look(2) == ("drain", late)
    early = wait_in_line(client, devices=3)
    client.lrem(QUEUE, 1, early)
    client.lpush(QUEUE, early)
    assert a.look(2) == ("drain", early)
    assert a.look(3) == ("run", early)
    assert a.look(4) == ("run", late)


def test_a_cancelled_run_is_not_gathered_for(client: redis.Redis) -> None:
    a = Box(client, "a")
    large, small = wait_in_line(client, devices=2), wait_in_line(client)
    assert a.look(1) == ("drain", large)
    queue.cancel(client, [large.split("_")[0]])
    assert a.look(1) == ("run", small)


def test_a_run_waits_for_a_machine_that_can_train_it(client: redis.Redis) -> None:
    cuda = wait_in_line(client, kind="cuda")
    newer, many = wait_in_line(client, engine=ENGINE + 1), wait_in_line(client, devices=3)
    old = Box(client, "old")
    assert old.look(2) == ("nothing", ""), "and does not gather for what it never can"
    assert Box(client, "gpu", kinds=("cpu", "cuda")).look(1) == ("run", cuda)
    assert Box(client, "new", engine=ENGINE + 1).look(1) == ("run", newer)
    assert Box(client, "large", total=4).look(3) == ("run", many)


def test_several_machines_begin_together_or_not_at_all(client: redis.Redis) -> None:
    a, b, c = (Box(client, name) for name in "abc")
    gang = wait_in_line(client, devices=2, machines=2)
    small = wait_in_line(client)
    assert a.look(2) == ("run", small), "no second machine is there: nothing is kept for the gang"
    small = wait_in_line(client)
    assert b.look(2) == ("hold", gang)
    assert a.look(1) == ("drain", gang)
    assert c.look(1) == ("run", small), "two machines gather, the third goes on"
    assert b.look(2, holding=gang) == ("hold", gang)
    assert a.look(2) == ("lead", gang)
    assert b.look(2, holding=gang) == ("follow", gang)
    assert queue.queued(client) == []
    told = client.hgetall(keys.gang(gang.split("_")[0]))
    assert json.loads(told[b"machines"]) == ["a", "b"]
    assert c.look(2) == ("nothing", "")


def test_what_stands_ahead_is_taken_by_a_machine_that_waits_for_others(client: redis.Redis) -> None:
    """And nobody counts on it then: a gang that began with it would never be whole."""
    a, b, c = (Box(client, name) for name in "abc")
    a.look(0), b.look(0), c.look(0)
    gang = wait_in_line(client, devices=2, machines=2)
    assert a.look(2) == ("hold", gang)
    urgent = wait_in_line(client)
    client.lrem(QUEUE, 1, urgent)
    client.lpush(QUEUE, urgent)
    assert a.look(2, holding=gang) == ("run", urgent)
    assert b.look(2) == ("hold", gang), "not with a, which trains something else"
    assert c.look(2) == ("lead", gang)
    assert b.look(2, holding=gang) == ("follow", gang)


def test_a_machine_whose_devices_are_in_use_is_not_counted_on(client: redis.Redis) -> None:
    a, b = Box(client, "a"), Box(client, "b")
    a.look(0), b.look(0)
    gang = wait_in_line(client, devices=2, machines=2)
    assert a.look(2) == ("hold", gang)
    assert a.look(0) == ("nothing", ""), "somebody took them meanwhile"
    assert b.look(2) == ("hold", gang)
    assert a.look(2) == ("lead", gang)


def test_a_gang_of_gpus_is_of_machines_that_have_them(client: redis.Redis) -> None:
    plain, a, b = Box(client, "p"), Box(client, "a", kinds=("cpu", "cuda")), Box(client, "b")
    plain.look(0), a.look(0), b.look(0)
    gang, small = wait_in_line(client, machines=2, kind="cuda"), wait_in_line(client)
    assert a.look(1) == ("run", small), "there is no second one with a GPU"
    b.kinds = ("cpu", "cuda")
    b.look(0)
    assert a.look(1) == ("hold", gang)
    assert plain.look(2) == ("nothing", "")
    assert b.look(1) == ("lead", gang)


def test_hostile_entries_of_the_queue_are_taken_like_others(client: redis.Redis) -> None:
    a = Box(client, "a")
    client.set("ty:run:wrong:needs", "text")
    client.rpush(QUEUE, "wrong", b"\xff")
    assert a.look(1) == ("run", "wrong")
    found = look(client, QUEUE, Offer("a", "w", 1, 2, ("cpu",), 1))
    assert (found.what, found.job) == ("run", b"\xff")
