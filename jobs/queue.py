"""The queue in Redis. RQ is a doorbell: what must run, and in which order, the history decides.

RQ's list stands in that order, so whoever takes jobs takes the first one from its head that fits.
Each job's hash has `priority`, `place` and `devices` beside RQ's own fields, and once a worker took
it out of the list, which one: `taken`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from jobs.devices.claim import wake
from jobs.wire import keys

LAUNCH = "jobs.job.launch"
"""the only function a worker runs; its only argument is the run id"""

RESULT_SECONDS = 60
LIST = f"{Queue.redis_queue_namespace_prefix}{keys.QUEUE}"
"""RQ's list of waiting job ids, the next one first"""

INTERMEDIATE = f"{LIST}:intermediate"
"""those that were taken and whose horse has not begun"""

SETTLE = """
local mine, priority, place = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('HSET', ARGV[5] .. mine, 'priority', ARGV[2], 'place', ARGV[3], 'devices', ARGV[4])
local last, pivot = redis.call('LLEN', KEYS[1]) - 1, nil
while last >= 0 do
  local block = redis.call('LRANGE', KEYS[1], math.max(0, last - 99), last)
  for i = #block, 1, -1 do
    if block[i] ~= mine then
      local it = redis.call('HMGET', ARGV[5] .. block[i], 'priority', 'place')
      local theirs, there = tonumber(it[1] or '0'), tonumber(it[2] or '0')
      if theirs > priority or (theirs == priority and there <= place) then last = -1 break end
      pivot = block[i]
    end
  end
  last = last - 100
end
if pivot then
  redis.call('LREM', KEYS[1], -1, mine)
  redis.call('LINSERT', KEYS[1], 'BEFORE', pivot, mine)
end
"""
"""moves a job from the end of the list before all that come after it"""

ARRANGE = """
local found, there = redis.call('LRANGE', KEYS[1], 0, -1), {}
for _, name in ipairs(found) do there[name] = true end
redis.call('DEL', KEYS[1])
for name in string.gmatch(ARGV[1], '[^ ]+') do
  if there[name] then redis.call('RPUSH', KEYS[1], name) there[name] = nil end
end
for _, name in ipairs(found) do
  if there[name] then redis.call('RPUSH', KEYS[1], name) there[name] = nil end
end
"""
"""puts those of the given names that still wait into the given order, the others behind them"""

REMOVE = """
local gone = {}
for name in string.gmatch(ARGV[1], '[^ ]+') do gone[name] = true end
local found = redis.call('LRANGE', KEYS[1], 0, -1)
redis.call('DEL', KEYS[1])
for _, name in ipairs(found) do
  if not gone[name] then redis.call('RPUSH', KEYS[1], name) end
end
"""
"""one pass over the list however many are taken away; removing them one by one takes a pass each"""


@dataclass(frozen=True)
class Spot:
    """Where a run stands in the order, and how many devices it needs at once."""

    priority: int = 0
    """the higher, the sooner"""
    place: float = 0.0
    """within its priority: the smaller, the sooner"""
    devices: int = 1


def open_queue(redis: Redis) -> Queue:
    """RQ's queue, with JSON, never pickle; the guard against foreign jobs is the worker's."""
    return Queue(keys.QUEUE, connection=redis, serializer=JSONSerializer)


def job_id(run_id: str, attempt: int) -> str:
    """An id per attempt: late cleaning up after an old job must not touch a new one."""
    return f"{run_id}_{attempt}"


def run_of(name: str) -> str:
    """The run a job is of."""
    return name.split("_")[0]


FRONT = Spot()
"""where a job stands that nobody gave a place"""


def enqueue(redis: Redis, run_id: str, attempt: int, spot: Spot = FRONT) -> bool:
    """Rings for one attempt, at its place in the order; False when that job waits already.

    A job left over from a worker that died before it claimed the run is replaced.
    """
    name = job_id(run_id, attempt)
    if not _push(redis, run_id, name):
        if name in queued(redis):
            return False
        redis.delete(Job.key_for(name))
        _push(redis, run_id, name)
    settle(redis, name, spot)
    wake(redis, "queued")
    return True


def enqueue_all(redis: Redis, jobs: Sequence[tuple[str, int, Spot]]) -> None:
    """Rings for attempts that no job exists for: run, attempt, spot. They come to the end of the
    queue; whoever calls arranges it, once for all.
    """
    prepared = [
        Queue.prepare_data(
            LAUNCH,
            args=(run_id,),
            timeout=-1,
            result_ttl=RESULT_SECONDS,
            failure_ttl=RESULT_SECONDS,
            job_id=job_id(run_id, attempt),
            description=f"run {run_id}",
        )
        for run_id, attempt, _ in jobs
    ]
    with redis.pipeline(transaction=True) as pipe:
        open_queue(redis).enqueue_many(prepared, pipeline=pipe)
        for run_id, attempt, spot in jobs:
            pipe.hset(Job.key_for(job_id(run_id, attempt)), mapping=_fields(spot))
        pipe.execute()
    wake(redis, "queued")


def _fields(spot: Spot) -> dict[Any, Any]:
    """What a job's hash has beside RQ's own."""
    return {"priority": spot.priority, "place": repr(spot.place), "devices": spot.devices}


def settle(redis: Redis, name: str, spot: Spot) -> None:
    """Moves a job that was just added forward to its place; a few steps, but for a low priority."""
    numbers = (spot.priority, repr(spot.place), spot.devices)
    redis.eval(SETTLE, 1, LIST, name, *numbers, Job.redis_job_namespace_prefix)


def _push(redis: Redis, run_id: str, name: str) -> bool:
    """Adds the job in one step; False when its hash exists."""
    try:
        open_queue(redis).enqueue_call(
            LAUNCH,
            args=(run_id,),
            timeout=-1,
            result_ttl=RESULT_SECONDS,
            failure_ttl=RESULT_SECONDS,
            job_id=name,
            unique=True,
            description=f"run {run_id}",
        )
    except DuplicateJobError:
        return False
    return True


def queued(redis: Redis) -> list[str]:
    """Ids of the waiting jobs, the next one first."""
    found: Any = redis.lrange(LIST, 0, -1)
    return [name.decode(errors="replace") if isinstance(name, bytes) else name for name in found]


def arrange(redis: Redis, names: Sequence[str]) -> None:
    """Puts the jobs in this order; those that wait no more stay away, none comes twice."""
    redis.eval(ARRANGE, 1, LIST, " ".join(names))


def cancel(redis: Redis, run_ids: Collection[str]) -> int:
    """Takes the runs' waiting jobs out of the queue and says how many there were."""
    wanted = frozenset(run_ids)
    mine = [name for name in queued(redis) if run_of(name) in wanted]
    if mine:
        redis.eval(REMOVE, 1, LIST, " ".join(mine))
        redis.delete(*map(Job.key_for, mine))
    return len(mine)
