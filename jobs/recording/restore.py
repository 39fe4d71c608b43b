"""Gives back to Redis what it forgot, and says things on behalf of those who no longer can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgpack
from redis import Redis, ResponseError

from engine.spec import Spec
from jobs.history.attempts import Attempt
from jobs.history.runs import Open
from jobs.services import runs
from jobs.wire import keys
from jobs.wire.control import WISHES, send, wish

GRACE_MILLISECONDS = 10_000
"""a restored claim holds so long: time enough for a worker that is alive to renew it"""

EXPIRE_SECONDS = 3_600
"""how long a finished run stays in Redis"""

RETIRED = 200
"""runs of one transaction"""

RAISE_CLAIM = """
redis.call('HSET', KEYS[1], 'retried', ARGV[6])
if tonumber(redis.call('HGET', KEYS[1], 'attempt') or '0') >= tonumber(ARGV[1]) then return 0 end
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('HSET', KEYS[1], 'attempt', ARGV[1], 'worker', ARGV[2], 'machine', ARGV[3],
           'device', ARGV[4], 'until', tonumber(ARGV[5]) > 0 and ms + tonumber(ARGV[5]) or 0)
return 1
"""


def announce(redis: Redis, run: Open, config: str) -> None:
    """Makes a run known again: attempt counter, wish to stop, settings, place in `ty:live`."""
    if run.last is not None:
        raise_claim(redis, run.last, run.retried)
    say_wish(redis, run)
    runs.announce(redis, run.id, config)


def say_wish(redis: Redis, run: Open) -> None:
    """Says on the run's stream what is wanted of it, where that is not its last word already."""
    if wish(redis, run.id) != run.desired:
        send(redis, run.id, WISHES[run.desired])


def raise_claim(redis: Redis, last: Attempt, retried: int) -> None:
    """Lifts the attempt counter to what the history knows, and says which ends count no more.

    An attempt that has not ended holds the run for a grace period, in case it is alive.
    """
    grace = GRACE_MILLISECONDS if last.ended is None else 0
    holder = (last.worker, last.machine, last.device)
    redis.eval(RAISE_CLAIM, 1, keys.claim(last.run), last.attempt, *holder, grace, retried)


def say(redis: Redis, last: Attempt, event: Spec) -> bool:
    """Adds the next event of an attempt whose trainer is gone; False when it is not gone."""
    seq = last.last_seq + 1
    entry: Any = {"e": msgpack.packb([[seq, event.to_dict()]])}
    try:
        redis.xadd(keys.events(last.run), entry, id=f"{last.attempt}-{seq}")
    except ResponseError:
        # "Equal or smaller": somebody wrote meanwhile, so there is more to read first.
        return False
    return True


def retire(redis: Redis, run_ids: Sequence[str]) -> None:
    """Takes finished and fully stored runs out of Redis, after an hour for late viewers."""
    for first in range(0, len(run_ids), RETIRED):
        with redis.pipeline(transaction=True) as pipe:
            for run_id in run_ids[first : first + RETIRED]:
                pipe.srem(keys.LIVE, run_id)
                for key in keys.OF_A_RUN:
                    pipe.expire(key(run_id), EXPIRE_SECONDS)
                runs.changed(pipe, run_id)
            pipe.execute()
