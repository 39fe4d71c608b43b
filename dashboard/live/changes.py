"""Follows `ty:changes`: watchers of a run hear its new state, the pages with lists what changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import redis.asyncio
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from dashboard.live import streams
from dashboard.live.frames import encode
from dashboard.live.info import describe
from jobs.services import organise
from jobs.wire import keys
from jobs.wire.connect import RedisUnavailable

if TYPE_CHECKING:
    from dashboard.live.hub import Hub

REST_SECONDS = 0.25
"""the state of a run is looked up at most this often; its points do not wait for it"""


class Changes:
    """One reader for all runs. A change is a doorbell: what changed is read from the history."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._last = "$"
        self._told: dict[str, dict[str, Any]] = {}

    async def follow(self) -> None:
        """Reads until cancelled; outlasts any outage of Redis."""
        while True:
            try:
                async with self._hub.connect() as client:
                    await self._read(client)
            except (RedisError, RedisUnavailable, OSError):
                # The numbers of a server that was emptied start anew.
                self._last = "$"
                await asyncio.sleep(REST_SECONDS)
                await self._tell(self._looked_at())

    async def _read(self, client: redis.asyncio.Redis) -> None:
        while True:
            entries = await streams.read(client, keys.CHANGES, self._last)
            if not entries:
                continue
            self._last = entries[-1][0].decode()
            changed = {fields[b"run"].decode() for _, fields in entries}
            await self._tell(changed & self._looked_at())
            self._announce(sorted(changed))
            await asyncio.sleep(REST_SECONDS)

    def _looked_at(self) -> set[str]:
        """Runs whose state somebody sees: a comparison only draws curves."""
        return {run for viewer in self._hub.viewers if viewer.choice.facts for run in viewer.runs}

    async def _tell(self, changed: set[str]) -> None:
        """Sends the new state of watched runs to those who watch them."""
        try:
            found = await asyncio.to_thread(self._look_up, sorted(changed)) if changed else {}
        except SQLAlchemyError:
            return
        for run, info in found.items():
            if info != self._told.get(run):
                self._told[run] = info
                frame = encode({"kind": "info", "run": run, "info": info}, {})
                for viewer in self._hub.viewers:
                    if run in viewer.runs and viewer.choice.facts:
                        viewer.offer(frame)
        for run in self._told.keys() - self._hub.watched:
            del self._told[run]

    def _look_up(self, changed: list[str]) -> dict[str, dict[str, Any]]:
        counts = self._hub.yard.history.counts_of(changed)
        found = organise.several(self._hub.yard, changed)
        return {run.id: describe(run, counts[run.id]) for run in found}

    def _announce(self, changed: list[str]) -> None:
        frame = encode({"kind": "changed", "runs": changed}, {})
        for viewer in self._hub.viewers:
            if viewer.changes:
                viewer.offer(frame)
