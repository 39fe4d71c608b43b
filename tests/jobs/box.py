"""Machines as the script in Redis sees them, without locks or training; and a moved clock."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import redis

from engine.version import ENGINE
from jobs import queue
from jobs.devices.claim import Offer, look
from jobs.services.machines import Presence
from jobs.wire import keys
from tests.jobs.line import QUEUE


@dataclass
class Box:
    """A simulated machine that looks into the queue without locks of its own."""

    client: redis.Redis
    name: str
    total: int = 2
    kinds: tuple[str, ...] = ("cpu",)
    engine: int = ENGINE

    def look(self, free: int, worker: str = "w1", holding: str = "") -> tuple[str, str]:
        """What the script says to it."""
        name = f"{self.name}-{worker}"
        offer = Offer(self.name, name, free, self.total, self.kinds, self.engine, holding)
        told = Presence(name, self.name, "", total=self.total, kinds=self.kinds, engine=self.engine)
        told.announce(self.client)
        found = look(self.client, QUEUE, offer)
        return found.what, found.job.decode()


def pass_minutes(client: redis.Redis, minutes: float) -> None:
    """Moves every moment that the gathering and the runs that wait remember into the past.

    Not who is there and gathers: machines look every second meanwhile.
    """
    milliseconds = round(minutes * 60_000)
    _move(client, keys.GATHERING, "since", milliseconds)
    for job in queue.queued(client):
        _move(client, keys.needs(queue.run_of(job)), "rests", milliseconds)


def _move(client: redis.Redis, key: str, field: str, milliseconds: int) -> None:
    told: Any = client.hget(key, field)
    if told:
        client.hset(key, field, str(int(told) - milliseconds))


def gathers(client: redis.Redis) -> dict[str, list[str]]:
    """The run that is gathered for, and the machines that do; empty where none is."""
    told: Any = client.hgetall(keys.GATHERING)
    machines = sorted(each.decode()[2:] for each in told if each.startswith(b"m:"))
    return {told[b"job"].decode(): machines} if told else {}


def leads(client: redis.Redis, job: str) -> list[str]:
    """The machines of a gang that has begun, the leader first."""
    told: Any = client.hget(keys.gang(queue.run_of(job)), "machines")
    return list(json.loads(told)) if told else []
