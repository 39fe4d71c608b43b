"""What runs where: machines with their latest sample, and the workers of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

import redis
from pydantic import ValidationError

from engine.events import Hardware
from engine.version import ENGINE
from jobs.wire import keys

LOST_SECONDS = 10.0
"""a worker or machine that was silent for longer is shown as lost"""

SEPARATOR = ", "
"""between the names of devices that one run has"""

FORGOTTEN_SECONDS = 3_600.0
SAMPLES_KEPT = 600

STAMP = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], '{"seen":' .. ms .. ',"body":' .. ARGV[2] .. '}')
return ms
"""
"""writes JSON under the server's time, so that the clocks of the machines do not matter"""


@dataclass(frozen=True)
class Worker:
    """One worker and what it does. `seen_seconds` ago it was heard of last."""

    name: str
    machine: str
    device: str
    """those that it trains on, or the one that it would take first"""
    state: Literal["idle", "busy", "lost"]
    run_id: str
    """the run it trains; empty when idle"""
    seen_seconds: float
    offers: tuple[str, ...] = ()
    """all devices that it may take"""
    total: int = 1
    """how many devices a run can have of it"""
    kinds: tuple[str, ...] = ()
    """values of `hardware.device` that it trains"""
    engine: int = 0
    """it leaves runs that were launched by a later engine alone"""
    strangers: dict[str, str] = field(default_factory=dict)
    """device → who uses it, of those that no Trainyard holds"""
    versions: dict[str, str] = field(default_factory=dict)
    """of what it trains with"""
    address: str = ""
    """at which other machines reach it; loopback where they are none"""
    unsent: tuple[str, ...] = ()
    """runs whose newest checkpoint is on its machine and not yet in the store"""


@dataclass(frozen=True)
class Device:
    """One device of a machine and what becomes of it."""

    name: str
    state: Literal["free", "busy", "stranger"]
    run_id: str = ""
    who: str = ""
    """the stranger: a process that is none of ours"""


@dataclass(frozen=True)
class Machine:
    """One machine, its devices and workers, and its latest sample (None: never measured)."""

    name: str
    devices: tuple[Device, ...]
    """those that its workers answer for"""
    workers: tuple[Worker, ...]
    sample: Hardware | None
    seen_seconds: float
    alive: bool
    """heard of within the last 10 seconds, by the server's clock"""


@dataclass(frozen=True)
class Presence:
    """What a worker says of itself every other second. The fields are those of `Worker`."""

    name: str
    machine: str
    device: str
    run_id: str = ""
    offers: tuple[str, ...] = ()
    total: int = 1
    kinds: tuple[str, ...] = ()
    engine: int = ENGINE
    strangers: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    unsent: tuple[str, ...] = ()

    def announce(self, client: redis.Redis) -> None:
        """Tells that the worker is there."""
        client.eval(STAMP, 1, keys.WORKERS, self.name, json.dumps(asdict(self)))

    def leave(self, client: redis.Redis) -> None:
        """Tells that the worker ended in order."""
        client.hdel(keys.WORKERS, self.name)


_SAID = tuple(each.name for each in fields(Presence))


def publish(client: redis.Redis, machine: str, sample: Hardware) -> None:
    """Stores a machine's sample as its latest one and on its capped stream."""
    body = sample.model_dump_json()
    client.eval(STAMP, 1, keys.MACHINES, machine, body)
    client.xadd(keys.machine(machine), {"e": body}, maxlen=SAMPLES_KEPT, approximate=True)


def recent_samples(client: redis.Redis, machine: str) -> list[Hardware]:
    """The samples of the last ten minutes, oldest first."""
    found: Any = client.xrange(keys.machine(machine))
    return [Hardware.model_validate_json(fields[b"e"]) for _, fields in found]


def list_machines(client: redis.Redis) -> list[Machine]:
    """All machines heard of within the hour, by name. Forgets the older ones."""
    now = _now(client)
    samples = _read(client, keys.MACHINES, now)
    workers = [_worker(body, seen) for body, seen in _read(client, keys.WORKERS, now).values()]
    names = sorted({*samples, *(worker.machine for worker in workers)})
    return [_machine(name, samples.get(name), workers) for name in names]


def sending(client: redis.Redis, run_id: str) -> list[str]:
    """The machines that have yet to copy the newest checkpoint of a run to the store."""
    found = [worker for each in list_machines(client) for worker in each.workers]
    there = [worker for worker in found if worker.state != "lost"]
    return sorted({worker.machine for worker in there if run_id in worker.unsent})


def _machine(
    name: str, sampled: tuple[dict[str, Any], float] | None, workers: list[Worker]
) -> Machine:
    mine = tuple(sorted((w for w in workers if w.machine == name), key=lambda w: w.name))
    ages = [worker.seen_seconds for worker in mine] + ([sampled[1]] if sampled else [])
    return Machine(
        name=name,
        devices=_devices([worker for worker in mine if worker.state != "lost"]),
        workers=mine,
        sample=_sample(sampled[0]) if sampled else None,
        seen_seconds=min(ages),
        alive=min(ages) <= LOST_SECONDS,
    )


def _devices(workers: list[Worker]) -> tuple[Device, ...]:
    """Each device once, by what is most certain of it: its run, its stranger, that it is free."""
    found: dict[str, Device] = {}
    for worker in workers:
        found |= {name: Device(name, "free") for name in worker.offers or [worker.device]}
    for worker in workers:
        strangers = worker.strangers.items()
        found |= {name: Device(name, "stranger", who=who) for name, who in strangers}
    for worker in workers:
        if worker.run_id:
            names = worker.device.split(SEPARATOR)
            found |= {name: Device(name, "busy", run_id=worker.run_id) for name in names}
    return tuple(found[name] for name in sorted(found, key=_by_number))


def _by_number(name: str) -> tuple[str, int]:
    kind, _, number = name.partition(":")
    return kind, int(number) if number.isdecimal() else 0


def _sample(body: dict[str, Any]) -> Hardware | None:
    try:
        return Hardware.model_validate(body)
    except ValidationError:
        # A machine of another version: it is there, but its numbers cannot be read.
        return None


def _worker(body: dict[str, Any], seen_seconds: float) -> Worker:
    state: Literal["idle", "busy", "lost"] = "busy" if body["run_id"] else "idle"
    if seen_seconds > LOST_SECONDS:
        state = "lost"
    # A worker of another version may say more, or less.
    known: dict[str, Any] = {name: body[name] for name in _SAID if name in body}
    for name in known.keys() & {"offers", "kinds", "unsent"}:
        known[name] = tuple(known[name])
    return Worker(**known, state=state, seen_seconds=seen_seconds)


def _read(client: redis.Redis, key: str, now: float) -> dict[str, tuple[dict[str, Any], float]]:
    """Name → (body, seconds since it was written); drops what is an hour old."""
    found: Any = client.hgetall(key)
    fresh = {}
    for name, text in found.items():
        entry = json.loads(text)
        age = now - entry["seen"] / 1000
        if age > FORGOTTEN_SECONDS:
            client.hdel(key, name)
        else:
            fresh[name.decode()] = (entry["body"], max(0.0, age))
    return fresh


def _now(client: redis.Redis) -> float:
    seconds, microseconds = client.time()
    return float(seconds) + float(microseconds) / 1e6
