"""The one reader of this process: the streams of all watched runs, in one loop on one connection.

A reader for each run took as many connections and, with fifty runs that train, half of a core.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import redis.asyncio
from redis.exceptions import RedisError

from dashboard.live import streams
from dashboard.live.feed import Feed
from dashboard.live.tail import unpack
from jobs.ids import new_id
from jobs.wire import keys
from jobs.wire.connect import RedisUnavailable

if TYPE_CHECKING:
    from dashboard.live.hub import Hub

BATCH_SECONDS = 0.03
"""a short rest after each fan-out: at high rates many events travel in one frame"""

PACED_SECONDS = 0.12
"""the rest where all viewers take what they get a few times a second: each reading costs"""

RETRY_SECONDS = 0.3

LARGE_BYTES = 32_768
"""more of one run is understood in a thread: other viewers' frames do not wait for it"""

BELL_SECONDS = 60


class Follower:
    """Reads what is new on the streams of `feeds` and hands it to them."""

    def __init__(self, hub: Hub, feeds: Mapping[str, Feed]) -> None:
        self._hub = hub
        self._feeds = feeds
        self._bell = keys.bell(new_id())
        """a stream of our own: an entry ends the waiting, whenever it comes"""
        self._rung = "0-0"
        self._joined = asyncio.Event()
        self._hurry = asyncio.Event()
        """the same for who rests"""
        self._busy: dict[str, asyncio.Task[None]] = {}
        """by run, the understanding of a large batch"""

    def joined(self) -> None:
        """There is a new feed; it is read at once and not after the next event of another."""
        self._joined.set()
        self._hurry.set()

    async def follow(self) -> None:
        """Reads until cancelled; outlasts any outage of Redis."""
        ringing = asyncio.create_task(self._ring(), name="live bell")
        try:
            while True:
                try:
                    async with self._hub.connect() as client:
                        await self._read(client)
                except (RedisError, RedisUnavailable, OSError):
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            ringing.cancel()
            for task in self._busy.values():
                task.cancel()

    async def _ring(self) -> None:
        """Wakes the reader, which may wait for events of others."""
        while True:
            await self._joined.wait()
            self._joined.clear()
            try:
                ring = self._hub.redis().pipeline(transaction=False)
                ring.xadd(self._bell, {"": ""}, maxlen=1)
                ring.expire(self._bell, BELL_SECONDS)
                await ring.execute()
            except (RedisError, RedisUnavailable, OSError):
                # Whoever waits for Redis to come back looks at all feeds then.
                await asyncio.sleep(RETRY_SECONDS)

    async def _read(self, client: redis.asyncio.Redis) -> None:
        while True:
            await self._place(client)
            places = {self._bell: self._rung} | {
                keys.events(run): "{}-{}".format(*feed.position)
                for run, feed in self._feeds.items()
                if feed.position is not None and run not in self._busy
            }
            found = await streams.read_all(client, places)
            if rung := found.pop(self._bell, None):
                self._rung = rung[-1][0].decode()
            for run, feed in list(self._feeds.items()):
                if entries := found.get(keys.events(run)):
                    self._hand(run, feed, entries)
            if found:
                await self._rest()

    async def _rest(self) -> None:
        viewers = (viewer for feed in self._feeds.values() for viewer in feed.viewers)
        if not all(viewer.hz for viewer in viewers):
            await asyncio.sleep(BATCH_SECONDS)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), PACED_SECONDS)

    async def _place(self, client: redis.asyncio.Redis) -> None:
        """Says to new feeds where their streams end now."""
        self._hurry.clear()
        fresh = [feed for feed in self._feeds.values() if feed.position is None]
        if fresh:
            ends = await streams.lasts(client, [keys.events(feed.run) for feed in fresh])
            for feed, end in zip(fresh, ends, strict=True):
                feed.begin(end)

    def _hand(self, run: str, feed: Feed, entries: list[streams.Entry]) -> None:
        size = streams.size(entries)
        assert feed.position is not None
        if size < LARGE_BYTES:
            feed.spread(unpack(entries, feed.position), size)
        else:
            self._busy[run] = asyncio.create_task(self._understand(run, feed, entries, size))

    async def _understand(
        self, run: str, feed: Feed, entries: list[streams.Entry], size: int
    ) -> None:
        assert feed.position is not None
        try:
            feed.spread(await asyncio.to_thread(unpack, entries, feed.position), size)
        finally:
            del self._busy[run]
            self.joined()
