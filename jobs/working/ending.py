"""Whether a run's stream ends with its last word: then a late job must not train it again.

Unless somebody asked for another attempt: the claim has up to which one the ends count no more.
"""

from __future__ import annotations

from typing import Any

import redis

from jobs.status import FINAL
from jobs.wire import keys
from jobs.wire.packing import unpack


def has_ended(client: redis.Redis, run_id: str) -> bool:
    """Whether the last event on the stream is a `finished` after which no attempt follows."""
    newest: Any = client.xrevrange(keys.events(run_id), count=1)
    if not newest:
        return False
    attempt = int(newest[0][0].split(b"-")[0])
    _, last = unpack(newest[0][1])[-1]
    over = last["kind"] == "finished" and last["reason"] in FINAL
    return over and attempt > int(client.hget(keys.claim(run_id), "retried") or 0)
