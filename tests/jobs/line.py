"""The queue as tests fill it: jobs of runs that need something, without any training."""

from __future__ import annotations

import redis

from jobs import queue
from jobs.devices.needs import Needs
from jobs.ids import new_id
from jobs.wire import keys

QUEUE = "rq:queue:trainyard"


def wait_in_line(client: redis.Redis, **needs: object) -> str:
    """The job of a new run that stands last in the queue."""
    run_id = new_id()
    fields = Needs(**needs).to_fields()  # type: ignore[arg-type]
    client.hset(keys.needs(run_id), mapping=fields)  # type: ignore[arg-type]
    assert queue.enqueue(client, run_id, 1)
    return queue.job_id(run_id, 1)
