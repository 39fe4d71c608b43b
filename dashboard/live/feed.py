"""The one reader of a watched run's stream, shared by all who watch it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import redis.asyncio
from redis.exceptions import RedisError

from dashboard.live import streams
from dashboard.live.tail import Batch, Told, has_gap, unpack
from dashboard.live.viewer import Viewer
from jobs import keys
from jobs.connect import RedisUnavailable
from jobs.history.records import Position

BATCH_SECONDS = 0.03
"""a short rest after each fan-out: at high rates many events travel in one frame"""

RETRY_SECONDS = 0.3

PATIENCE_SECONDS = 0.5

LARGE_BYTES = 32_768
"""more is understood in a thread: other viewers' frames do not wait for it"""


@dataclass(eq=False)
class Feed:
    """Follows one run's stream and hands each batch to every viewer."""

    run: str
    connect: Callable[[], redis.asyncio.Redis]
    """makes a new client; asked again after each outage, since the server may have moved"""
    viewers: set[Viewer] = field(default_factory=set)
    position: Position | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """the position is known: what a viewer reads from now on is told without a gap"""
    early: set[Viewer] = field(default_factory=set)
    """who began before that: they may have missed what was said meanwhile"""
    held: dict[int, list[Batch]] = field(default_factory=dict)
    """by pace, what its viewers get at the next beat"""

    async def follow(self) -> None:
        """Reads until cancelled; outlasts any outage of Redis."""
        while True:
            try:
                async with self.connect() as client:
                    await self._read(client)
            except (RedisError, RedisUnavailable, OSError):
                await asyncio.sleep(RETRY_SECONDS)

    async def _read(self, client: redis.asyncio.Redis) -> None:
        if self.position is None:
            self.position = await streams.last(client, keys.events(self.run))
            self.ready.set()
            for viewer in self.early & self.viewers:
                viewer.refresh(self.run)
        key = keys.events(self.run)
        while True:
            last = "{}-{}".format(*self.position)
            if entries := await streams.read(client, key, last):
                told = await self._understand(entries, self.position)
                self.spread(told, streams.size(entries))
                await asyncio.sleep(BATCH_SECONDS)

    async def _understand(self, entries: list[streams.Entry], after: Position) -> list[Told]:
        if streams.size(entries) < LARGE_BYTES:
            return unpack(entries, after)
        return await asyncio.to_thread(unpack, entries, after)

    def spread(self, told: list[Told], size: int = 0) -> None:
        """Gives new events to all viewers; after a gap they get a snapshot instead."""
        if not told or self.position is None:
            return
        gap = has_gap(told, self.position)
        self.position = told[-1].position
        if gap:
            self._refresh()
            return
        batch = Batch(self.run, told, size)
        for viewer in self.viewers:
            if not viewer.hz:
                viewer.offer(batch)
        for hz in {viewer.hz for viewer in self.viewers if viewer.hz}:
            self.held.setdefault(hz, []).append(batch)

    def beat(self, hz: int) -> None:
        """Gives what was held for viewers of that pace, as one batch."""
        if held := self.held.pop(hz, None):
            batch = Batch.merged(held)
            for viewer in self.viewers:
                if viewer.hz == hz:
                    viewer.offer(batch)

    async def prepare(self, viewer: Viewer) -> None:
        """Waits for the position, not long: while Redis is away there is still the history."""
        try:
            await asyncio.wait_for(self.ready.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            self.early.add(viewer)

    def _refresh(self) -> None:
        for viewer in self.viewers:
            viewer.refresh(self.run)
