"""The one reader of a watched run's stream, shared by all who watch it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import redis.asyncio
from redis.exceptions import RedisError

from dashboard.live import streams
from dashboard.live.tail import Batch, Position, Told, has_gap, unpack
from dashboard.live.viewer import Viewer
from jobs import keys
from jobs.connect import RedisUnavailable

BATCH_SECONDS = 0.03
"""a short rest after each fan-out: at high rates many events travel in one frame"""

RETRY_SECONDS = 0.3


@dataclass(eq=False)
class Feed:
    """Follows one run's stream and hands each batch to every viewer."""

    run: str
    connect: Callable[[], redis.asyncio.Redis]
    """makes a new client; asked again after each outage, since the server may have moved"""
    viewers: set[Viewer] = field(default_factory=set)
    position: Position | None = None

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
            self.position = parse_position(await streams.last_id(client, keys.events(self.run)))
            # Whoever came before this moment may have missed what was said meanwhile.
            self._refresh()
        key = keys.events(self.run)
        while True:
            last = "{}-{}".format(*self.position)
            if entries := await streams.read(client, key, last):
                self.spread(unpack(entries, self.position))
                await asyncio.sleep(BATCH_SECONDS)

    def spread(self, told: list[Told]) -> None:
        """Gives new events to all viewers; after a gap they get a snapshot instead."""
        if not told or self.position is None:
            return
        gap = has_gap(told, self.position)
        self.position = told[-1].position
        if gap:
            self._refresh()
            return
        batch = Batch(self.run, told)
        for viewer in self.viewers:
            viewer.offer(batch)

    def _refresh(self) -> None:
        for viewer in self.viewers:
            viewer.refresh(self.run)


def parse_position(entry_id: str) -> Position:
    """A stream entry's id as attempt and seq."""
    attempt, seq = entry_id.split("-")
    return int(attempt), int(seq)
