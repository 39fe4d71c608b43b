"""Reads what a viewer begins with, goes on from or zooms into: the history, then the stream's tail.

All reading of the history and all encoding of much is in threads, two at a time: the deltas of
other viewers do not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import redis.asyncio
from redis.exceptions import RedisError

from dashboard.live import before, streams
from dashboard.live.choice import Choice
from dashboard.live.frames import encode
from dashboard.live.info import describe
from dashboard.live.snapshot import encode_snapshot, encode_window, position
from dashboard.live.tail import Told, delta, has_gap, unpack
from dashboard.live.zoom import BEFORE, Zoom
from jobs.history import Snapshot, Window
from jobs.history.records import Position
from jobs.services import organise, runs
from jobs.services.runs import UnknownRun
from jobs.wire import keys
from jobs.wire.connect import RedisUnavailable

if TYPE_CHECKING:
    from dashboard.live.hub import Hub
    from dashboard.live.viewer import Viewer
    from jobs.yard import Yard

Result = TypeVar("Result")

Found = dict[str, tuple[Snapshot, dict[str, Any]]]
"""by run, what the history holds of it and how it stands"""

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

    async def begin(self, viewer: Viewer, runs: Sequence[str]) -> list[bytes]:
        """The frames a viewer begins some runs with, or goes on with; remembers how far they
        reach. Of a run that is not there the frame says so.

        Raises SQLAlchemyError.
        """
        frames: list[bytes] = []
        fresh = []
        for run in runs:
            known = viewer.known.pop(run, None)
            went_on = await self._continue(viewer, run, known) if known else None
            if went_on is None:
                fresh.append(run)
            else:
                frames += went_on
        return frames + (await self._snapshots(viewer, fresh) if fresh else [])

    async def zoom(self, zoom: Zoom, choice: Choice) -> bytes:
        """The answer to a zoom. Raises SQLAlchemyError."""
        if zoom.run.startswith(BEFORE):
            return await before.answer(self, zoom)
        stored = await self.in_thread(self._window, zoom, choice)
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
            return await _beyond(self._hub.redis(), run, after)
        except REDIS_AWAY:
            return []

    async def _continue(self, viewer: Viewer, run: str, known: Position) -> list[bytes] | None:
        """What came after `known`, if nothing in between is missing."""
        try:
            client = self._hub.redis()
            first, last = await streams.ends(client, keys.events(run))
            told = await _beyond(client, run, known, MOST_MISSED)
            stored, info = await self.in_thread(self._state, run)
        except (*REDIS_AWAY, UnknownRun):
            return None
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

    async def _snapshots(self, viewer: Viewer, fresh: Sequence[str]) -> list[bytes]:
        found = await self.in_thread(self._stored, fresh, viewer.pixels, viewer.choice)
        tails = [self.tail(run, stored.position) for run, (stored, _) in found.items()]
        told = dict(zip(found, await asyncio.gather(*tails), strict=True))
        for run, (stored, _) in found.items():
            viewer.positions[run] = position(stored, told[run])
        frames = await self.in_thread(_encode, found, told, viewer)
        return frames + [
            encode({"kind": "unknown", "run": run}, {}) for run in fresh if run not in found
        ]

    def _stored(self, fresh: Sequence[str], pixels: int, choice: Choice) -> Found:
        there = organise.several(self._hub.yard, fresh)
        ids = [run.id for run in there]
        names = self._names(ids, choice)
        stored = self._hub.yard.history.snapshots(ids, names, pixels, records=choice.facts)
        return {run.id: (stored[run.id], describe(run, stored[run.id].counts)) for run in there}

    def _state(self, run: str) -> tuple[Position, dict[str, Any]]:
        history = self._hub.yard.history
        return history.position(run), describe(runs.get(self._hub.yard, run), history.counts(run))

    def _window(self, zoom: Zoom, choice: Choice) -> Window:
        names = self._names([zoom.run], choice)
        span = zoom.span
        return self._hub.yard.history.window(
            zoom.run, names, span.axis, span.begin, span.end, zoom.pixels
        )

    def _names(self, runs: Sequence[str], choice: Choice) -> list[str] | None:
        """Those of their metrics that are wanted; None for all."""
        if choice.every:
            return None
        known = self._hub.yard.history.metrics_of(runs).values()
        return sorted({name for names in known for name in names if choice.takes(name)})

    @property
    def yard(self) -> Yard:
        """The history and the services."""
        return self._hub.yard

    async def in_thread(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Does what reads the history, as soon as a thread is free."""
        async with self._free:
            return await asyncio.to_thread(work, *arguments)


def _encode(found: Found, told: Mapping[str, list[Told]], viewer: Viewer) -> list[bytes]:
    return [
        encode_snapshot(run, stored, told[run], info, viewer.pixels, viewer.choice)
        for run, (stored, info) in found.items()
    ]


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
