"""What runs where: machines with their latest sample, and the workers of each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import redis
from pydantic import ValidationError

from engine.events import Hardware
from jobs import keys

LOST_SECONDS = 10.0
"""a worker or machine that was silent for longer is shown as lost"""

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
    state: Literal["idle", "busy", "lost"]
    run_id: str
    """the run it trains; empty when idle"""
    seen_seconds: float


@dataclass(frozen=True)
class Machine:
    """One machine, its devices and workers, and its latest sample (None: never measured)."""

    name: str
    devices: tuple[str, ...]
    """torch's names of the devices its workers answer for"""
    workers: tuple[Worker, ...]
    sample: Hardware | None
    seen_seconds: float
    alive: bool
    """heard of within the last 10 seconds, by the server's clock"""


@dataclass(frozen=True)
class Presence:
    """What a worker says of itself every other second."""

    name: str
    machine: str
    device: str
    run_id: str = ""

    def announce(self, client: redis.Redis) -> None:
        """Tells that the worker is there."""
        client.eval(STAMP, 1, keys.WORKERS, self.name, json.dumps(asdict(self)))

    def leave(self, client: redis.Redis) -> None:
        """Tells that the worker ended in order."""
        client.hdel(keys.WORKERS, self.name)


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


def _machine(
    name: str, sampled: tuple[dict[str, Any], float] | None, workers: list[Worker]
) -> Machine:
    mine = tuple(sorted((w for w in workers if w.machine == name), key=lambda w: w.name))
    ages = [worker.seen_seconds for worker in mine] + ([sampled[1]] if sampled else [])
    return Machine(
        name=name,
        devices=tuple(sorted({worker.device for worker in mine if worker.state != "lost"})),
        workers=mine,
        sample=_sample(sampled[0]) if sampled else None,
        seen_seconds=min(ages),
        alive=min(ages) <= LOST_SECONDS,
    )


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
    return Worker(**body, state=state, seen_seconds=seen_seconds)


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
