"""Devices held by locks: every run gets some of its own, and what strangers use is left alone."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from jobs.devices.claim import Found
from jobs.devices.held import hold_free
from jobs.devices.needs import Needs, needs_of
from jobs.devices.pool import Nvidia, Simulated
from jobs.devices.slot import Slot
from jobs.home import Home
from jobs.services.machines import Presence, list_machines
from tests.jobs.line import QUEUE, wait_in_line


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
    assert hardware(devices=2, machines=3) == Needs(devices=2, machines=3)
    assert needs_of("[]") == needs_of("{") == Needs()
