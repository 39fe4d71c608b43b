"""Which run gets which devices: the script in Redis and the locks, without training anything."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from jobs import keys, queue
from jobs.devices.claim import Found, Offer, look
from jobs.devices.held import hold_free
from jobs.devices.needs import Needs, needs_of
from jobs.devices.pool import Nvidia, Simulated
from jobs.devices.slot import Slot
from jobs.home import Home
from jobs.ids import new_id
from jobs.machines import Presence, list_machines

QUEUE = "rq:queue:trainyard"


def wait_in_line(client: redis.Redis, **needs: object) -> str:
    """The job of a new run that stands last in the queue."""
    run_id = new_id()
    fields = Needs(**needs).to_fields()  # type: ignore[arg-type]
    client.hset(keys.needs(run_id), mapping=fields)  # type: ignore[arg-type]
    assert queue.enqueue(client, run_id, 1)
    return queue.job_id(run_id, 1)


@dataclass
class Box:
    """A simulated machine that looks into the queue without locks of its own."""

    client: redis.Redis
    name: str
    total: int = 2
    kinds: tuple[str, ...] = ("cpu",)
    engine: int = 1

    def look(self, free: int, worker: str = "w1", holding: str = "") -> tuple[str, str]:
        """What the script says to it."""
        name = f"{self.name}-{worker}"
        offer = Offer(self.name, name, free, self.total, self.kinds, self.engine, holding)
        Presence(name, self.name, "", total=self.total, engine=self.engine).announce(self.client)
        found = look(self.client, QUEUE, offer)
        return found.what, found.job.decode()


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
    newer, many = wait_in_line(client, engine=2), wait_in_line(client, devices=3)
    old = Box(client, "old")
    assert old.look(2) == ("nothing", ""), "and does not gather for what it never can"
    assert Box(client, "gpu", kinds=("cpu", "cuda")).look(1) == ("run", cuda)
    assert Box(client, "new", engine=2).look(1) == ("run", newer)
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


def test_hostile_entries_of_the_queue_are_taken_like_others(client: redis.Redis) -> None:
    a = Box(client, "a")
    client.set("ty:run:wrong:needs", "text")
    client.rpush(QUEUE, "wrong", b"\xff")
    assert a.look(1) == ("run", "wrong")
    found = look(client, QUEUE, Offer("a", "w", 1, 2, ("cpu",), 1))
    assert (found.what, found.job) == ("run", b"\xff")


@dataclass
class Machine:
    """A simulated machine with real locks: slots, and what each of them trains."""

    name: str
    home: Home
    slots: list[Slot] = field(default_factory=list)
    trains: dict[str, str] = field(default_factory=dict)

    @property
    def idle(self) -> list[Slot]:
        """Those that would look into the queue."""
        return [slot for slot in self.slots if slot.worker not in self.trains]

    def look(
        self, slot: Slot, client: redis.Redis, waiting: dict[str, tuple[int, int]]
    ) -> list[str]:
        """Has one of them look; the run that begins with it, if one does."""
        found = slot.look(client, QUEUE)
        job = found.job.decode()
        if found.what in ("run", "lead", "follow"):
            self.trains[slot.worker] = job
            assert len(slot.held.names) == waiting[job][0]
        held = [name for each in self.slots for name in each.held.names]
        assert len(held) == len(set(held)), "a device is held twice"
        return [job] if found.what in ("run", "lead") else []

    def end(self, worker: str) -> None:
        """What it trained is over."""
        del self.trains[worker]
        next(each for each in self.slots if each.worker == worker).held.release()


def machines(folder: Path, sizes: list[int]) -> list[Machine]:
    """One for each number of devices, with as many slots."""
    found = []
    for index, size in enumerate(sizes):
        home = Home(folder / str(index)).create()
        names = [f"fake:{n}" for n in range(size)]
        slots = [Slot(Simulated(names, home), f"m{index}", f"m{index}-{n}") for n in range(size)]
        found.append(Machine(f"m{index}", home, slots))
    return found


def some_yard(chance: random.Random, folder: Path) -> tuple[list[Machine], list[tuple[int, int]]]:
    """A few machines, and what some runs need that they can train: devices, machines."""
    sizes = [chance.randint(1, 3) for _ in range(chance.randint(2, 3))]
    possible = [
        (devices, count)
        for devices in range(1, 4)
        for count in range(1, 4)
        if sum(size >= devices for size in sizes) >= count
    ]
    return machines(folder, sizes), chance.choices(possible, k=12)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_first_every_run_gets_devices_of_its_own(
    seed: int, client: redis.Redis, tmp_path: Path
) -> None:
    """Looks and ends in a random order: all train, first come, first served among their likes."""
    chance = random.Random(seed)
    yard, wanted = some_yard(chance, tmp_path)
    for slot in (slot for machine in yard for slot in machine.slots):
        Presence(slot.worker, slot.machine, "", total=slot.total).announce(client)
    waiting = {
        wait_in_line(client, devices=devices, machines=count): (devices, count)
        for devices, count in wanted
    }
    begun: list[str] = []
    for _ in range(5_000):
        machine = chance.choice(yard)
        if machine.trains and chance.random() < 0.2:
            machine.end(chance.choice(sorted(machine.trains)))
        elif machine.idle:
            begun += machine.look(chance.choice(machine.idle), client, waiting)
        if len(begun) == len(waiting) and not any(each.trains for each in yard):
            break
    assert sorted(begun) == sorted(waiting), "each once"
    for like in set(waiting.values()):
        mine = [job for job in waiting if waiting[job] == like]
        assert [job for job in begun if waiting[job] == like] == mine


def test_a_stranger_keeps_its_device_and_is_shown(home: Home, client: redis.Redis) -> None:
    devices = Simulated(["fake:0", "fake:1"], home)
    slot = Slot(devices, "here", "w")
    (home.root / "devices" / "fake-0.stranger").write_text("python (process 4242 of ada)")
    large = wait_in_line(client, devices=2)
    small = wait_in_line(client)
    assert slot.look(client, QUEUE) == Found("run", small.encode(), 1), "two never fit meanwhile"
    assert slot.held.names == ("fake:1",)
    told = Presence("w", "here", "fake:1", "01RUN", devices.names, strangers=slot.strangers)
    told.announce(client)
    (machine,) = list_machines(client)
    assert [(each.name, each.state, each.run_id, each.who) for each in machine.devices] == [
        ("fake:0", "stranger", "", "python (process 4242 of ada)"),
        ("fake:1", "busy", "01RUN", ""),
    ]
    slot.held.release()
    (home.root / "devices" / "fake-0.stranger").unlink()
    assert slot.look(client, QUEUE) == Found("run", large.encode(), 2)
    slot.held.release()


class Driver:
    """Two GPUs as NVML tells of them; a process computes on the second."""

    def uuids(self) -> list[str]:
        """Their stable names."""
        return ["GPU-aa", "GPU-bb"]

    def users(self, uuids: frozenset[str]) -> dict[str, list[int]]:
        """Who computes where."""
        return {uuid: [2**22 + 1] for uuid in uuids if uuid == "GPU-bb"}


def test_a_gpu_is_named_locked_and_asked_after_by_its_uuid(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,GPU-aa")
    gpus = Nvidia(["cuda:1", "cuda:0"], Driver())  # type: ignore[arg-type]
    assert gpus.visible(["cuda:1", "cuda:0"]) == "GPU-aa,1"
    assert gpus.lock("cuda:0").name == "GPU-bb.lock"
    assert gpus.strangers(["cuda:0", "cuda:1"]) == {"cuda:0": f"process {2**22 + 1}"}
    held, beside = hold_free(gpus), hold_free(Nvidia(["cuda:0"], Driver()))  # type: ignore[arg-type]
    assert held.names == ("cuda:1", "cuda:0")
    assert beside.names == (), "another Trainyard of this machine sees the lock"
    held.keep(1)
    assert hold_free(gpus).names == ("cuda:0",)
    held.release()


def test_needs_follow_from_the_settings() -> None:
    def hardware(**chosen: object) -> Needs:
        return needs_of(json.dumps({"hardware": chosen}))

    assert hardware(device="auto", devices=4) == Needs(devices=4)
    assert hardware(device="cuda", devices=2) == Needs(devices=2, kind="cuda")
    assert hardware(device="cpu", devices=2) == Needs(devices=1), "it takes no second device"
    assert needs_of("[]") == needs_of("{") == Needs()
