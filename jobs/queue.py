"""The queue in Redis. RQ is a doorbell: what must run is decided by the history alone."""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from jobs import keys

LAUNCH = "jobs.job.launch"
"""the only function a worker runs; its only argument is the run id"""

RESULT_SECONDS = 60


def open_queue(redis: Redis) -> Queue:
    """RQ's queue, with JSON, never pickle; the guard against foreign jobs is the worker's."""
    return Queue(keys.QUEUE, connection=redis, serializer=JSONSerializer)


def job_id(run_id: str, attempt: int) -> str:
    """An id per attempt: late cleaning up after an old job must not touch a new one."""
    return f"{run_id}_{attempt}"


def enqueue(redis: Redis, run_id: str, attempt: int) -> bool:
    """Rings for one attempt; False when that job waits already.

    A job left over from a worker that died before it claimed the run is replaced.
    """
    name = job_id(run_id, attempt)
    if _push(redis, run_id, name):
        return True
    if name in queued(redis):
        return False
    redis.delete(Job.key_for(name))
    return _push(redis, run_id, name)


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
    found = redis.lrange(f"{Queue.redis_queue_namespace_prefix}{keys.QUEUE}", 0, -1)
    return [name.decode(errors="replace") if isinstance(name, bytes) else name for name in found]


def cancel(redis: Redis, run_id: str) -> int:
    """Takes the run's waiting jobs out of the queue and says how many there were."""
    mine = [name for name in queued(redis) if name.split("_")[0] == run_id]
    queue = open_queue(redis)
    for name in mine:
        queue.remove(name)
        redis.delete(Job.key_for(name))
    return len(mine)
