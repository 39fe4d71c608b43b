"""A gang as Redis has it: its machines, and where they meet once the leader's trainer is there."""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any

import redis

from jobs.gangs import address
from jobs.services.machines import LOST_SECONDS
from jobs.wire import keys

MEETING_SECONDS = 300.0
"""how long a member waits for the leader's trainer, which may have to load torch first"""

LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Gang:
    """The machines of one attempt, the one that leads first: so their ranks are numbered."""

    job: str
    machines: tuple[str, ...]
    host: str
    """the address at which the others reach the one that leads"""

    def to_json(self) -> str:
        """For the environment of a process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Gang:
        """What `to_json` wrote."""
        told = json.loads(text)
        return cls(told["job"], tuple(told["machines"]), told["host"])


@dataclass(frozen=True)
class Point:
    """Where the members come to. Who does not know the secret is sent away."""

    host: str
    port: int
    secret: str

    @classmethod
    def at(cls, host: str, port: int) -> Point:
        """A new one."""
        return cls(host, port, secrets.token_hex(16))


def led(client: redis.Redis, job: str, server: str) -> Gang | None:
    """The gang that this worker leads for a job; None where Redis forgot it meanwhile.

    `server` is Redis' own host: an address of this machine that leads somewhere else is one that
    others can reach.
    """
    told: Any = client.hgetall(_key(job))
    if told.get(b"job") != job.encode():
        return None
    machines = json.loads(told[b"machines"])
    workers = [told[f"m:{each}".encode()] for each in machines[1:]]
    found: Any = client.hmget(keys.WORKERS, workers)
    bodies = [json.loads(text)["body"] for text in found if text]
    peers = [server, *(body.get("address", "") for body in bodies)]
    return Gang(job, tuple(machines), address.towards(peers))


def publish(client: redis.Redis, gang: Gang, point: Point) -> None:
    """Tells the members where to come, unless the gang was dissolved meanwhile."""
    script = """
    if redis.call('HGET', KEYS[1], 'job') == ARGV[1] then
      redis.call('HSET', KEYS[1], 'meet', ARGV[2])
    end
    """
    client.eval(script, 1, _key(gang.job), gang.job, json.dumps(asdict(point)))


def await_point(client: redis.Redis, job: str, leaving: threading.Event) -> Point | None:
    """Where the leader of the job meets its members.

    None when the gang was dissolved, the leader's worker is gone, or this one is `leaving`.
    """
    deadline = time.monotonic() + MEETING_SECONDS
    while time.monotonic() < deadline:
        told: Any = client.hgetall(_key(job))
        if told.get(b"job") != job.encode():
            return None
        if b"meet" in told:
            return Point(**json.loads(told[b"meet"]))
        leader = told[f"m:{json.loads(told[b'machines'])[0]}".encode()]
        if leaving.is_set() or not _is_there(client, leader):
            return None
        leaving.wait(LOOK_SECONDS)
    return None


def dissolve(client: redis.Redis, job: str) -> None:
    """The attempt is over, or never began: whoever waits for it goes."""
    script = """
    if redis.call('HGET', KEYS[1], 'job') == ARGV[1] then redis.call('DEL', KEYS[1]) end
    """
    client.eval(script, 1, _key(job), job)


def _key(job: str) -> str:
    return keys.gang(job.partition("_")[0])


def _is_there(client: redis.Redis, worker: bytes) -> bool:
    """Whether a worker has said so within the last ten seconds, by the server's clock."""
    entry: Any = client.hget(keys.WORKERS, worker.decode())
    seconds, microseconds = client.time()
    now = float(seconds) + float(microseconds) / 1e6
    return entry is not None and now - json.loads(entry)["seen"] / 1000 < LOST_SECONDS
