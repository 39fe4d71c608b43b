"""One browser's side of the live push: what waits to be sent to it, bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from dashboard.live.tail import Batch, Position

QUEUE_FRAMES = 256
"""a browser this far behind gets a fresh snapshot instead of everything it missed"""


@dataclass(eq=False)
class Viewer:
    """A WebSocket's mailbox. Everything runs in the event loop, so there is no lock."""

    runs: list[str]
    pixels: int
    machines: bool = False
    changes: bool = False
    stale: set[str] = field(default_factory=set)
    """runs whose snapshot is to be sent next"""
    positions: dict[str, Position] = field(default_factory=dict)
    """how far this browser is, by run; older events are not sent again"""
    waiting: deque[Batch | bytes] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, item: Batch | bytes) -> None:
        """Queues a batch or a ready frame; when the queue is full, forgets it for a snapshot."""
        if len(self.waiting) >= QUEUE_FRAMES:
            self.waiting.clear()
            self.stale.update(self.runs)
            if self.machines:
                self.stale.add("machines")
        self.waiting.append(item)
        self.wake.set()

    def refresh(self, run: str) -> None:
        """Asks for a fresh snapshot of a run."""
        self.stale.add(run)
        self.wake.set()

    def next_frame(self) -> bytes | None:
        """The next frame this browser has not seen; None when it has seen all."""
        while self.waiting:
            item = self.waiting.popleft()
            if isinstance(item, bytes):
                return item
            frame = item.after(self.positions.get(item.run, (0, 0)))
            if frame is not None:
                self.positions[item.run] = item.position
                return frame
        return None
