"""Commands to a run: a durable stream, so that none is lost while nobody listens."""

from __future__ import annotations

import threading
from typing import Any

import redis

from jobs import keys
from jobs.connect import SOCKET_SECONDS

KEPT = 100
BLOCK_MILLISECONDS = int(800 * SOCKET_SECONDS)
"""of one listening; below the socket's timeout, or redis-py gives up"""


def send(client: redis.Redis, run_id: str, op: str) -> None:
    """Asks a run for something: `stop` saves a checkpoint and ends it."""
    client.xadd(keys.control(run_id), {"op": op}, maxlen=KEPT)


def pending(client: redis.Redis, run_id: str) -> list[str]:
    """Everything that was ever asked of the run, oldest first."""
    found: Any = client.xrange(keys.control(run_id))
    return [fields[b"op"].decode() for _, fields in found]


class Commands:
    """Listens to a run's control stream from its beginning, in a thread of its own.

    `client` belongs to that thread and must outlast outages (see `connect_blocking`).
    """

    def __init__(self, client: redis.Redis, run_id: str) -> None:
        self._client = client
        self._key = keys.control(run_id)
        self.stop_asked = threading.Event()
        threading.Thread(target=self._listen, name="commands", daemon=True).start()

    def _listen(self) -> None:
        last: bytes | str = "0"
        while not self.stop_asked.is_set():
            try:
                found: Any = self._client.xread({self._key: last}, block=BLOCK_MILLISECONDS)
            except redis.RedisError:
                # Ten minutes without a server are over; there may be one later.
                continue
            for _, entries in found:
                for entry_id, fields in entries:
                    last = entry_id
                    self._obey(fields[b"op"])

    def _obey(self, op: bytes) -> None:
        if op == b"stop":
            self.stop_asked.set()
