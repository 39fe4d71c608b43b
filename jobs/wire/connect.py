"""Clients of Redis, one for each way of using it. `REDIS_URL` names a server, else it is ours."""

from __future__ import annotations

import os
import time
from typing import Any

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import EqualJitterBackoff, NoBackoff
from redis.connection import parse_url
from redis.retry import Retry

from jobs.home import Home
from jobs.wire.endpoint import Endpoint

BLOCK_MILLISECONDS = 1_000
"""how long a blocking read may wait; must stay below the socket timeout, or redis-py gives up"""

SOCKET_SECONDS = 5.0

TRIES = 2_400
"""of a patient client, one to two seconds apart: an hour. With 300 of them a worker gave up after
five to ten minutes, and took its training down with it
"""

LIVE_SOCKET_SECONDS = 3.0


class RedisUnavailable(Exception):
    """No server is known. The text says what to do."""


class Patience(Retry):
    """A retry that all connections of a client share: redis-py would copy it for each."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Patience:
        return self


def connect(home: Home) -> redis.Redis:
    """A client that outlasts an outage of an hour: it waits and tries again.

    Raises RedisUnavailable when no server was ever started here.
    """
    # With redis-py's defaults an outage of 10 s made RQ's worker quit and orphaned its trainer.
    retry = Patience(EqualJitterBackoff(cap=2, base=0.05), retries=TRIES)
    return redis.Redis.from_url(url(home), retry=retry, **_settings())


def hurry(client: redis.Redis) -> None:
    """From now on the client gives up within a second, also where it waits already."""
    patience = client.get_retry()
    if patience is not None:
        patience.update_retries(3)


def connect_blocking(home: Home) -> redis.Redis:
    """A client of its own for a thread that waits in XREAD, for less than `SOCKET_SECONDS`."""
    return connect(home)


def connect_unretried(home: Home) -> redis.Redis:
    """A client that reports every broken connection, for the telemetry writer.

    Silent retries hid a server that came back without its last second: 398 events were lost.
    """
    return redis.Redis.from_url(url(home), retry=Retry(NoBackoff(), 0), **_settings())


def connect_async_unretried(home: Home) -> redis.asyncio.Redis:
    """A client for the live push: it reports an outage at once, for its readers begin anew by
    themselves. A connection that died while nobody used it is made anew.

    Raises RedisUnavailable when no server was ever started here.
    """
    retry = AsyncRetry(NoBackoff(), 1)
    settings = _settings() | {"socket_timeout": LIVE_SOCKET_SECONDS}
    return redis.asyncio.Redis.from_url(url(home), retry=retry, **settings)


def await_server(home: Home, seconds: float = 30.0) -> None:
    """Waits until the server answers; a server that still loads its file does not count.

    Raises RedisUnavailable after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            connect_unretried(home).ping()
            return
        except (redis.ConnectionError, redis.TimeoutError, RedisUnavailable) as error:
            if time.monotonic() > deadline:
                text = f"Redis did not answer for {seconds:.0f} s ({error})."
                raise RedisUnavailable(text) from error
            time.sleep(0.05)


def url(home: Home) -> str:
    """The server's address with its password: `REDIS_URL`, else the embedded server's.

    Raises RedisUnavailable when there is none, or when `REDIS_URL` cannot be read.
    """
    if given := os.environ.get("REDIS_URL"):
        return _checked(given)
    endpoint = Endpoint.read(home)
    if endpoint is None:
        raise RedisUnavailable(
            f"No Redis is running for {home.root}. Start everything with `./trainyard up`, "
            "or name a server in REDIS_URL."
        )
    return f"redis://:{endpoint.password}@127.0.0.1:{endpoint.port}/0"


def _checked(address: str) -> str:
    """`address`, if it can be one. What was given is not repeated: it may hold a password."""
    try:
        parse_url(address)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise RedisUnavailable(
            f"REDIS_URL is no address of a server ({error}). "
            "Write e.g. redis://127.0.0.1:6379/0, or unset it to use the embedded server."
        ) from error
    return address


def _settings() -> dict[str, Any]:
    return {
        "socket_timeout": SOCKET_SECONDS,
        "socket_connect_timeout": SOCKET_SECONDS,
        "socket_keepalive": True,
        # RESP3 is redis-py 8's default and answers XREAD with a dict: one shape for all is simpler.
        "protocol": 2,
        # Without it redis-py looks its own version up on the disk for each connection: 3 ms.
        "driver_info": None,
    }
