"""Entries of the queue that are no text: RQ can neither read nor pass over them."""

from __future__ import annotations

from typing import Any

import redis

from jobs import keys


def set_aside(client: redis.Redis, list_key: str) -> int:
    """Moves them from a list of RQ's to `ty:quarantine`; says how many there were."""
    entries: Any = client.lrange(list_key, 0, -1)
    strange = [entry for entry in entries if not entry.isascii()]
    for entry in strange:
        client.lrem(list_key, 0, entry)
        client.rpush(keys.QUARANTINE, entry)
    return len(strange)
