"""Who watches what: a run is followed from its first viewer to its last one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import redis.asyncio

from dashboard.live.changes import Changes
from dashboard.live.feed import Feed
from dashboard.live.follower import Follower
from dashboard.live.frames import encode
from dashboard.live.machines import Machines
from dashboard.live.reader import Reader
from dashboard.live.viewer import Viewer
from dashboard.live.zoom import Zoom
from jobs.history.records import Position
from jobs.home import Home
from jobs.wire import connect
from jobs.yard import Yard

CANCEL_SECONDS = 0.2
"""after that a reader that was told to end is told again"""

MACHINES = "machines"
"""stands where a run id may stand: what a viewer waits for, which reader works"""


class Hub:
    """All live pushing of this process. Lives in one event loop; the history is read in threads."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._yard: Yard | None = None
        self._feeds: dict[str, Feed] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._machines = Machines(self)
        self._reader = Reader(self)
        self._follower = Follower(self, self._feeds)
        self._redis: tuple[str, redis.asyncio.Redis] | None = None
        self.viewers: set[Viewer] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Opens the history; at the end stops every reader."""
        self._yard = await asyncio.to_thread(Yard.open, self._home)
        self._start("changes", Changes(self).follow())
        self._start("runs", self._follower.follow())
        try:
            yield
        finally:
            for name in list(self._tasks):
                self._stop(name)
            await asyncio.gather(*self._ending, return_exceptions=True)
            if self._redis is not None:
                await self._redis[1].aclose()
            self._yard.close()

    @property
    def yard(self) -> Yard:
        """The history and the services; only while running."""
        assert self._yard is not None, "the hub is not running"
        return self._yard

    @property
    def watched(self) -> set[str]:
        """Ids of the runs that have a reader now."""
        return set(self._feeds)

    def connect(self) -> redis.asyncio.Redis:
        """A client for who waits long for an answer; see `connect_async_unretried`."""
        return connect.connect_async_unretried(self._home)

    def redis(self) -> redis.asyncio.Redis:
        """The client that all short questions share; another one when the server has moved.

        Raises RedisUnavailable when no server was ever started here.
        """
        address = connect.url(self._home)
        if self._redis is None or self._redis[0] != address:
            self._redis = address, self.connect()
        return self._redis[1]

    @asynccontextmanager
    async def watching(self, viewer: Viewer) -> AsyncIterator[None]:
        """Feeds a viewer as long as the block lasts; its snapshots are due first."""
        self.viewers.add(viewer)
        if viewer.changes:
            # What changed between the drawing of the page and this moment nobody told it.
            viewer.offer(encode({"kind": "changed", "runs": []}, {}))
        if viewer.machines:
            viewer.refresh(MACHINES)
            self._start(MACHINES, self._machines.follow())
        if viewer.hz:
            self._start(f"pace {viewer.hz}", self._beat(viewer.hz))
        for run in viewer.runs:
            self._join(viewer, run)
        try:
            yield
        finally:
            self.viewers.discard(viewer)
            for run in viewer.runs:
                self._leave(viewer, run)
            if not any(other.machines for other in self.viewers):
                self._stop(MACHINES)
            if not any(other.hz == viewer.hz for other in self.viewers):
                self._stop(f"pace {viewer.hz}")

    async def begin(self, viewer: Viewer, names: Sequence[str]) -> list[bytes]:
        """The frames a viewer begins with or goes on with; remembers how far they reach.

        `names`: run ids, or the machines. Raises SQLAlchemyError and, for the machines, RedisError.
        """
        frames = []
        if MACHINES in names:
            frames.append(await asyncio.to_thread(self._machines.snapshot))
        feeds = [feed for name in names if (feed := self._feeds.get(name))]
        await asyncio.gather(*(feed.prepare(viewer) for feed in feeds))
        runs = [name for name in names if name != MACHINES]
        return frames + await self._reader.begin(viewer, runs)

    async def zoom(self, viewer: Viewer, zoom: Zoom) -> bytes:
        """The answer to a zoom. Raises SQLAlchemyError."""
        return await self._reader.zoom(zoom, viewer.choice.closer(zoom.metrics))

    def position(self, run: str) -> Position | None:
        """How far the viewers of a run were told; None when nobody reads its stream yet."""
        feed = self._feeds.get(run)
        return feed.position if feed else None

    async def _beat(self, hz: int) -> None:
        """Hands on what was held for viewers of that pace."""
        while True:
            await asyncio.sleep(1 / hz)
            for feed in list(self._feeds.values()):
                feed.beat(hz)
                await asyncio.sleep(0)

    def _join(self, viewer: Viewer, run: str) -> None:
        feed = self._feeds.get(run)
        if feed is None:
            feed = self._feeds[run] = Feed(run)
            self._follower.joined()
        feed.viewers.add(viewer)
        viewer.refresh(run)

    def _leave(self, viewer: Viewer, run: str) -> None:
        feed = self._feeds.get(run)
        if feed is None:
            return
        feed.viewers.discard(viewer)
        if not feed.viewers:
            del self._feeds[run]

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        if name in self._tasks:
            work.close()
            return
        self._tasks[name] = asyncio.create_task(work, name=f"live {name}")

    def _stop(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            # It still has a connection to close.
            ending = asyncio.create_task(_end(task))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)


async def _end(task: asyncio.Task[None]) -> None:
    """Cancels again until the task is over: redis-py can lose the first one while it reads.

    Such a reader went on for ever, and the process waited for it when it was told to end.
    """
    while not (await asyncio.wait([task], timeout=CANCEL_SECONDS))[0]:
        task.cancel()
