"""A script's line to Redis: it may be cut, come back elsewhere, or never have been there."""

from __future__ import annotations

import contextlib
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobs.home import Home
from jobs.own.spec import Script
from jobs.wire import keys
from jobs.wire.connect import SOCKET_SECONDS, RedisUnavailable, url
from jobs.wire.packing import unpack
from jobs.working.lease import SECONDS, Holder, Lease

NOWHERE = "redis://127.0.0.1:1/0"
"""until there is a server"""

TAKE = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local held = tonumber(redis.call('HGET', KEYS[1], 'attempt') or '0')
local attempt = math.max(held, tonumber(ARGV[1])) + 1
redis.call('HSET', KEYS[1], 'attempt', attempt, 'worker', ARGV[2], 'machine', ARGV[3],
           'device', ARGV[4], 'until', ms + tonumber(ARGV[5]))
return attempt
"""
"""the next attempt, whoever holds the run: the newest script of a run is the one that counts"""


class Line:
    """One client whose address follows the server's. Raises nothing that a script would feel."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._address = ""
        self.client = redis.Redis.from_url(
            NOWHERE,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=SOCKET_SECONDS,
            socket_connect_timeout=SOCKET_SECONDS,
            protocol=2,
        )
        self.trouble = ""
        """why there is no server now; empty when there is one"""
        self.follow()

    def follow(self) -> None:
        """Looks where the server is; connections made from now on go there."""
        try:
            address = url(self._home)
        except RedisUnavailable as error:
            self.trouble = str(error)
            return
        if address != self._address:
            self._address = address
            fresh = redis.connection.ConnectionPool.from_url(address)
            self.client.connection_pool.connection_kwargs.update(fresh.connection_kwargs)
            self.client.connection_pool.connection_class = fresh.connection_class
            self.client.connection_pool.reset()

    def answers(self) -> bool:
        """Whether there is a server now."""
        try:
            return bool(self.client.ping())
        except redis.RedisError as error:
            self.trouble = str(error)
            return False

    def hello(self, lease: Lease, script: Script) -> bool:
        """Renews the lease and makes the run known; False when a later attempt has taken it."""
        self.follow()
        try:
            if not lease.renew(self.client):
                return False
            with self.client.pipeline(transaction=True) as pipe:
                pipe.set(keys.script(lease.run_id), script.model_dump_json())
                pipe.sadd(keys.LIVE, lease.run_id)
                # After a while of silence the recorder had given them an hour to live.
                for key in (keys.events, keys.control, keys.claim):
                    pipe.persist(key(lease.run_id))
                pipe.execute()
        except redis.RedisError as error:
            self.trouble = str(error)
        else:
            self.trouble = ""
        return True

    def take(self, run_id: str, holder: Holder, at_least: int) -> int:
        """The number of a new attempt at a run that was begun before."""
        arguments: list[Any] = [at_least, holder.worker, holder.machine, holder.device]
        try:
            taken: Any = self.client.eval(TAKE, 1, keys.claim(run_id), *arguments, SECONDS * 1000)
        except redis.RedisError as error:
            self.trouble = str(error)
            return at_least + 1
        return int(taken)

    def last_step(self, run_id: str) -> int:
        """The newest step that an attempt told, on whatever machine; 0 where Redis knows none."""
        try:
            newest: Any = self.client.xrevrange(keys.events(run_id), count=1)
        except redis.RedisError as error:
            self.trouble = str(error)
            return 0
        return max((event.get("step", 0) for _, f in newest for _, event in unpack(f)), default=0)

    def release(self, lease: Lease) -> None:
        """Ends the claim; without a server it runs out by itself."""
        with contextlib.suppress(redis.RedisError):
            lease.release(self.client)
