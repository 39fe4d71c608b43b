"""Reads what a viewer begins with, goes on from or zooms into: the history, then the stream's tail.

All reading of the history and all encoding of much is in threads, two at a time: the deltas of
other viewers do not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import redis.asyncio
from redis.exceptions import RedisError

from dashboard.live import streams
from dashboard.live.choice import Choice
from dashboard.live.frames import encode
from dashboard.live.info import describe
from dashboard.live.snapshot import encode_snapshot, encode_window, position
from dashboard.live.tail import Told, delta, has_gap, unpack
from dashboard.live.zoom import Zoom
from jobs import keys, runs
from jobs.connect import RedisUnavailable
from jobs.history import Snapshot, Window
from jobs.history.records import Position

if TYPE_CHECKING:
    from dashboard.live.hub import Hub
    from dashboard.live.viewer import Viewer

Result = TypeVar("Result")

READERS = 2
"""threads that read at a time"""

MOST_MISSED = 2_000
"""events that are told one by one to a browser that was away; after more it gets a snapshot"""

REDIS_AWAY = (RedisError, RedisUnavailable, OSError)


class Reader:
    """Of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._free = asyncio.Semaphore(READERS)

    async def begin(self, viewer: Viewer, run: str) -> list[bytes]:
        """The frames a viewer begins a run with, or goes on with; remembers how far they reach.

        Raises UnknownRun and SQLAlchemyError.
        """
        known = viewer.known.pop(run, None)
        if known and (frames := await self._continue(viewer, run, known)) is not None:
            return frames
        return [await self._snapshot(viewer, run)]

    async def zoom(self, zoom: Zoom, choice: Choice) -> bytes:
        """The answer to a zoom. Raises SQLAlchemyError."""
        stored = await self._in_thread(self._window, zoom, choice)
        told = await self.tail(zoom.run, stored.position)
        while (shown := self._hub.position(zoom.run)) and shown > position(stored, told):
            # A delta told more than the answer would; what it told must not vanish again.
            more = await self.tail(zoom.run, position(stored, told))
            if not more:
                break
            told += more
        return encode_window(stored, told, zoom, choice)

    async def tail(self, run: str, after: Position) -> list[Told]:
        """What the stream holds beyond the history; nothing while Redis is away."""
        try:
            async with self._hub.connect() as client:
                return await _beyond(client, run, after)
        except REDIS_AWAY:
            return []

    async def _continue(self, viewer: Viewer, run: str, known: Position) -> list[bytes] | None:
        """What came after `known`, if nothing in between is missing."""
        try:
            async with self._hub.connect() as client:
                first, last = await streams.ends(client, keys.events(run))
                told = await _beyond(client, run, known, MOST_MISSED)
        except REDIS_AWAY:
            return None
        stored, info = await self._in_thread(self._state, run)
        whole = (0, 0) < first <= known or stored <= known
        if not whole or known > max(stored, last) or len(told) > MOST_MISSED:
            return None
        if has_gap(told, known):
            return None
        viewer.positions[run] = told[-1].position if told else known
        frames = [encode({"kind": "info", "run": run, "info": info}, {})]
        if told and (frame := delta(run, told, viewer.choice)) is not None:
            frames.insert(0, frame)
        return frames

    async def _snapshot(self, viewer: Viewer, run: str) -> bytes:
        stored, info = await self._in_thread(self._stored, run, viewer.pixels, viewer.choice)
        told = await self.tail(run, stored.position)
        viewer.positions[run] = position(stored, told)
        return await self._in_thread(
            encode_snapshot, run, stored, told, info, viewer.pixels, viewer.choice
        )

    def _stored(self, run: str, pixels: int, choice: Choice) -> tuple[Snapshot, dict[str, Any]]:
        stored = self._hub.yard.history.snapshot(run, self._names(run, choice), pixels)
        return stored, describe(runs.get(self._hub.yard, run), stored.counts)

    def _state(self, run: str) -> tuple[Position, dict[str, Any]]:
        history = self._hub.yard.history
        return history.position(run), describe(runs.get(self._hub.yard, run), history.counts(run))

    def _window(self, zoom: Zoom, choice: Choice) -> Window:
        names = self._names(zoom.run, choice)
        span = zoom.span
        return self._hub.yard.history.window(
            zoom.run, names, span.axis, span.begin, span.end, zoom.pixels
        )

    def _names(self, run: str, choice: Choice) -> list[str] | None:
        if choice.every:
            return None
        return [name for name in self._hub.yard.history.metrics(run) if choice.takes(name)]

    async def _in_thread(self, work: Callable[..., Result], *arguments: Any) -> Result:
        async with self._free:
            return await asyncio.to_thread(work, *arguments)


async def _beyond(
    client: redis.asyncio.Redis, run: str, after: Position, most: int | None = None
) -> list[Told]:
    """The events behind a position; of more than `most` so many that it shows."""
    told: list[Told] = []
    last = "{}-{}".format(*after)
    async for entries in streams.beyond(client, keys.events(run), last):
        told += await asyncio.to_thread(unpack, entries, told[-1].position if told else after)
        if most is not None and len(told) > most:
            break
    return told
