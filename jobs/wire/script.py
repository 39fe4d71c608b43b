"""A Lua script called ten times a second, on a connection of its own."""

from __future__ import annotations

import hashlib

import redis
from redis.connection import ConnectionInterface


class Script:
    """Calls `text` without the layers redis-py puts around a command.

    Its pool, counters and retries took more processor time than the sending: see decisions.md.
    A broken connection is reported at once, and made anew by the next call.
    """

    def __init__(self, client: redis.Redis, text: str) -> None:
        self._pool = client.connection_pool
        self._text = text
        self._digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self._connection: ConnectionInterface | None = None

    def __call__(self, key: str, *arguments: str | bytes | int) -> bytes:
        """The script's answer. Raises redis.RedisError."""
        try:
            return self._call("EVALSHA", self._digest, key, arguments)
        except redis.exceptions.NoScriptError:
            return self._call("EVAL", self._text, key, arguments)

    def _call(
        self, command: str, script: str, key: str, arguments: tuple[str | bytes | int, ...]
    ) -> bytes:
        if self._connection is None:
            self._connection = self._pool.get_connection()
        # redis-py gives it no types.
        self._connection.send_command(command, script, 1, key, *arguments)  # type: ignore[no-untyped-call]
        answer: bytes = self._connection.read_response()
        return answer
