"""Commands to a run: a durable stream, so that none is lost while nobody listens."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import redis

from engine.inbox import Asked, Inbox
from jobs import keys
from jobs.connect import SOCKET_SECONDS

KEPT = 10_000
BLOCK_MILLISECONDS = int(800 * SOCKET_SECONDS)
"""of one listening; below the socket's timeout, or redis-py gives up"""


def send(client: redis.Redis, run_id: str, op: str) -> None:
    """Asks a run for something: `stop` saves a checkpoint and ends it."""
    client.xadd(keys.control(run_id), {"op": op}, maxlen=KEPT)


def send_change(client: redis.Redis, run_id: str, asked: Asked) -> None:
    """Asks a run for another setting; however often it is sent, it is made once."""
    fields: Any = {"op": "set", "body": asked.model_dump_json()}
    client.xadd(keys.control(run_id), fields, maxlen=KEPT)


def sent_changes(client: redis.Redis, run_id: str) -> set[str]:
    """Ids of the changes that stand on the run's stream."""
    found: Any = client.xrange(keys.control(run_id))
    return {each.id for each in _changes([fields for _, fields in found])}


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
        self.inbox = Inbox()
        self.begun = threading.Event()
        """everything that was asked for before this moment is known"""
        threading.Thread(target=self._listen, name="commands", daemon=True).start()

    def _listen(self) -> None:
        last: bytes | str = "0"
        while not self.stop_asked.is_set():
            # The first look does not wait: it is what was asked for before the first step.
            block = BLOCK_MILLISECONDS if self.begun.is_set() else None
            try:
                found: Any = self._client.xread({self._key: last}, block=block)
            except redis.RedisError:
                # Ten minutes without a server are over; there may be one later.
                continue
            for _, entries in found:
                last = entries[-1][0]
                self._obey([fields for _, fields in entries])
            self.begun.set()

    def _obey(self, commands: Sequence[Mapping[bytes, bytes]]) -> None:
        if any(fields[b"op"] == b"stop" for fields in commands):
            self.stop_asked.set()
        for asked in _changes(commands):
            self.inbox.put(asked)


def _changes(commands: Sequence[Mapping[bytes, bytes]]) -> list[Asked]:
    """The changes among them. Of one that was sent again the last word counts: it has the step."""
    bodies = [fields[b"body"] for fields in commands if fields[b"op"] == b"set"]
    found = [Asked.model_validate_json(body) for body in bodies]
    return list({each.id: each for each in found}.values())
