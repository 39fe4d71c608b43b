"""A browser without a browser, for the tests of the hub."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from dashboard.live.frames import Points, decode
from dashboard.live.hub import Hub
from dashboard.live.viewer import Viewer
from jobs.home import Home
from jobs.recorder import Recorder
from jobs.wire.connect import connect_unretried
from jobs.yard import Yard

DEADLINE_SECONDS = 20.0


@dataclass
class Screen:
    """Takes frames and keeps curves as the page does."""

    hub: Hub
    viewer: Viewer
    headers: list[dict[str, Any]] = field(default_factory=list)
    curves: dict[str, Points] = field(default_factory=dict)

    async def watch(self) -> None:
        """Takes frames until cancelled."""
        while True:
            await self.viewer.wake.wait()
            self.viewer.wake.clear()
            while self.viewer.stale:
                for first in await self.hub.begin(self.viewer, self.viewer.take_stale()):
                    self.take(first)
            while (frame := self.viewer.next_frame()) is not None:
                self.take(frame)

    def take(self, frame: bytes) -> None:
        """Draws one frame."""
        header, curves = decode(frame)
        self.headers.append(header)
        if header["kind"] == "snapshot":
            self.curves = dict(curves)
        elif header["kind"] == "delta":
            for metric, points in curves.items():
                known = self.curves.get(metric)
                self.curves[metric] = points if known is None else known.append(points)

    @property
    def steps(self) -> list[int]:
        """Steps of the loss curve, as drawn."""
        loss = self.curves.get("train/loss")
        return [] if loss is None else [int(step) for step in loss.steps]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for something to be on the screen."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, (self.steps[-5:], self.headers[-2:])
            await asyncio.sleep(0.01)


@asynccontextmanager
async def watching(hub: Hub, run: str, pixels: int = 4_000) -> AsyncIterator[Screen]:
    """A screen on a run."""
    viewer = Viewer([run], pixels)
    screen = Screen(hub, viewer)
    async with hub.watching(viewer):
        task = asyncio.create_task(screen.watch())
        try:
            yield screen
        finally:
            task.cancel()


def run_in_a_loop(test: Callable[[], Awaitable[None]]) -> None:
    """Runs an asynchronous test, for at most a minute."""

    async def limited() -> None:
        await asyncio.wait_for(test(), 60)

    # A browser of another test keeps a running loop in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, limited()).result()


def record_all(home: Home, yard: Yard) -> None:
    """One pass of the recorder over everything that is there."""
    recorder = Recorder(connect_unretried(home), yard.history, home)
    while recorder.round():
        pass
