"""One watched run: how far its stream was read, and who is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from dashboard.live.tail import Batch, Told, has_gap
from dashboard.live.viewer import Viewer
from jobs.history.records import Position

PATIENCE_SECONDS = 0.5


@dataclass(eq=False)
class Feed:
    """Hands what the process's one reader found on a run's stream to every viewer of it."""

    run: str
    viewers: set[Viewer] = field(default_factory=set)
    position: Position | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """the position is known: what a viewer reads from now on is told without a gap"""
    early: set[Viewer] = field(default_factory=set)
    """who began before that: they may have missed what was said meanwhile"""
    held: dict[int, list[Batch]] = field(default_factory=dict)
    """by pace, what its viewers get at the next beat"""

    def begin(self, position: Position) -> None:
        """From here on everything is told."""
        self.position = position
        self.ready.set()
        for viewer in self.early & self.viewers:
            viewer.refresh(self.run)

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
