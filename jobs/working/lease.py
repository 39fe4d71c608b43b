"""Who trains a run, and until when: one hash in Redis, judged by the server's clock alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import redis

from jobs.wire import keys

SECONDS = 10
"""how long a claim holds without being renewed"""

RENEW_SECONDS = 2.0

CLAIM = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'until', 'worker', 'attempt')
if held[1] and tonumber(held[1]) > ms then return {0, held[2]} end
local attempt = math.max(tonumber(held[3] or '0'), tonumber(ARGV[1])) + 1
redis.call('HSET', KEYS[1], 'attempt', attempt, 'worker', ARGV[2], 'machine', ARGV[3],
           'device', ARGV[4], 'until', ms + tonumber(ARGV[5]))
return {attempt, ARGV[2]}
"""

RENEW = """
local held = redis.call('HMGET', KEYS[1], 'attempt', 'worker')
if held[1] and tonumber(held[1]) > tonumber(ARGV[1]) then return 0 end
if held[1] and tonumber(held[1]) == tonumber(ARGV[1]) and held[2] ~= ARGV[2] then return 0 end
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('HSET', KEYS[1], 'attempt', ARGV[1], 'worker', ARGV[2], 'machine', ARGV[3],
           'device', ARGV[4], 'until', ms + tonumber(ARGV[5]))
return 1
"""
"""also writes back a claim that a restarted server forgot"""


class Held(Exception):
    """Somebody else trains the run. The text says who."""


@dataclass(frozen=True)
class Holder:
    """Who asks for a run, as people will see it."""

    worker: str
    machine: str
    device: str


@dataclass(frozen=True)
class Lease:
    """An attempt of a run that is ours as long as it is renewed every `RENEW_SECONDS`."""

    run_id: str
    attempt: int
    holder: Holder

    def renew(self, client: redis.Redis) -> bool:
        """Prolongs the claim. False when a later attempt has taken the run: it must end."""
        arguments = _arguments(self.attempt, self.holder)
        return bool(client.eval(RENEW, 1, keys.claim(self.run_id), *arguments))

    def release(self, client: redis.Redis) -> None:
        """Ends the claim at once; the attempt counter stays."""
        release(client, self.run_id, self.attempt)


def release(client: redis.Redis, run_id: str, attempt: int) -> None:
    """Ends an attempt's claim, if the run is not somebody else's by now."""
    script = """
    if redis.call('HGET', KEYS[1], 'attempt') == ARGV[1] then
      redis.call('HSET', KEYS[1], 'until', 0)
    end
    """
    client.eval(script, 1, keys.claim(run_id), attempt)


def claim(client: redis.Redis, run_id: str, holder: Holder, at_least: int = 0) -> Lease:
    """Takes the run for a new attempt, one above the counter and above `at_least`.

    Raises Held while somebody else's claim holds.
    """
    answer: Any = client.eval(CLAIM, 1, keys.claim(run_id), *_arguments(at_least, holder))
    attempt, worker = int(answer[0]), answer[1].decode()
    if attempt == 0:
        raise Held(f"{worker} trains this run already")
    return Lease(run_id, attempt, holder)


def _arguments(attempt: int, holder: Holder) -> list[str | int]:
    return [attempt, holder.worker, holder.machine, holder.device, SECONDS * 1000]


def streamed_attempt(client: redis.Redis, run_id: str) -> int:
    """The attempt that wrote last on the run's stream, or 0."""
    try:
        info: Any = client.xinfo_stream(keys.events(run_id))
    except redis.ResponseError:
        return 0
    return int(info["last-generated-id"].split(b"-")[0])
