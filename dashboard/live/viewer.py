"""One browser's side of the live push: what waits to be sent to it, bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from dashboard.live.choice import ALL, Choice
from dashboard.live.tail import Batch
from dashboard.live.zoom import Zoom
from jobs.history.records import Position

QUEUE_FRAMES = 256
QUEUE_BYTES = 4 << 20
"""a browser this far behind gets a fresh snapshot instead of everything it missed"""


AT_ONCE = 10
"""runs that are read together"""


@dataclass(eq=False)
class Viewer:
    """A WebSocket's mailbox. Everything runs in the event loop, so there is no lock."""

    runs: list[str]
    pixels: int
    machines: bool = False
    changes: bool = False
    choice: Choice = ALL
    hz: int = 0
    """at most so many deltas of a run a second, merged; 0: each as it comes"""
    known: dict[str, Position] = field(default_factory=dict)
    """by run, what this browser has from an earlier connection"""
    stale: set[str] = field(default_factory=set)
    """runs whose snapshot is to be sent next"""
    positions: dict[str, Position] = field(default_factory=dict)
    """how far this browser is, by run; older events are not sent again"""
    zooms: dict[str, Zoom] = field(default_factory=dict)
    """by run, the newest window asked for"""
    waiting: deque[Batch | bytes] = field(default_factory=deque)
    waiting_bytes: int = 0
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    zoomed: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, item: Batch | bytes) -> None:
        """Queues a batch or a ready frame; when the queue is full, forgets it for a snapshot."""
        if len(self.waiting) >= QUEUE_FRAMES or self.waiting_bytes >= QUEUE_BYTES:
            self.waiting.clear()
            self.waiting_bytes = 0
            self.stale.update(self.runs)
            if self.machines:
                self.stale.add("machines")
        self.waiting.append(item)
        self.waiting_bytes += _size(item)
        self.wake.set()

    def take_stale(self) -> list[str]:
        """Some of what waits for a snapshot: few enough that the first of many come soon."""
        return [self.stale.pop() for _ in range(min(len(self.stale), AT_ONCE))]

    def refresh(self, run: str) -> None:
        """Asks for a fresh snapshot of a run."""
        self.stale.add(run)
        self.wake.set()

    def zoom(self, zoom: Zoom) -> None:
        """Asks for a window; one of the same run that was not answered yet is forgotten."""
        self.zooms[zoom.run] = zoom
        self.zoomed.set()

    def next_frame(self) -> bytes | None:
        """The next frame this browser has not seen; None when it has seen all."""
        while self.waiting:
            item = self.waiting.popleft()
            self.waiting_bytes -= _size(item)
            if isinstance(item, bytes):
                return item
            known = self.positions.get(item.run, (0, 0))
            if item.position > known:
                if not item.follows(known):
                    # Redis was away when this browser began: what lies between it never got.
                    self.refresh(item.run)
                    continue
                self.positions[item.run] = item.position
                if (frame := item.after(known, self.choice)) is not None:
                    return frame
        return None


def _size(item: Batch | bytes) -> int:
    return len(item) if isinstance(item, bytes) else item.size
