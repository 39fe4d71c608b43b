"""Whether a run's stream ends with its last word: then a late job must not train it again."""

from __future__ import annotations

from typing import Any

import redis

from jobs import keys
from jobs.status import FINAL
from jobs.telemetry import unpack


def has_ended(client: redis.Redis, run_id: str) -> bool:
    """Whether the last event on the stream is a `finished` after which no attempt follows."""
    newest: Any = client.xrevrange(keys.events(run_id), count=1)
    if not newest:
        return False
    _, last = unpack(newest[0][1])[-1]
    return bool(last["kind"] == "finished" and last["reason"] in FINAL)
