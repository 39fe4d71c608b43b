"""The store as one attempt sees it: fetch before the training, copy while it trains."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from engine.config import RunConfig
from engine.events import Event
from jobs.home import Home
from jobs.store.address import address
from jobs.store.beginning import Beginning, begin
from jobs.store.shipping import Shipper
from jobs.store.store import Store
from jobs.store.supplies import bring, missing
from jobs.store.unsent import Note
from jobs.wire.telemetry import Telemetry

ORPHAN_SECONDS = 2.0
"""for copying, when the owner died: the last word must be said in what is left of five seconds"""

SHUTDOWN_SECONDS = 20.0
"""the same while the worker shuts down, which is killed after thirty"""


class Courier:
    """Of one attempt: what it fetches and copies, and how long its end may wait for that."""

    def __init__(
        self, url: str, place: tuple[str, int, Path], telemetry: Telemetry, over: threading.Event
    ) -> None:
        self._url, self._place, self._telemetry, self._over = url, place, telemetry, over
        self.shipper = Shipper(
            *(url, place, telemetry.emit),
            *(lambda: telemetry.told_until, telemetry.hurry),
            Note(Home.from_environment(), place[0]),
        )

    @classmethod
    def of(
        cls, place: tuple[str, int, Path], telemetry: Telemetry, over: threading.Event
    ) -> Courier | None:
        """That of the store in the environment; None without one. Raises StoreUnusable."""
        url = address()
        return cls(url, place, telemetry, over) if url else None

    def begin(self, config: RunConfig, must_end: Callable[[], bool]) -> bool:
        """Fetches what is not here. False when the attempt must end before it is."""

        def rest(seconds: float) -> bool:
            return self._over.wait(seconds) or must_end()

        beginning = Beginning(self._url, *self._place, config)
        moment = begin(beginning, self._telemetry.emit, rest)
        if moment is None:
            return False
        self.shipper.start(moment)
        return True

    def hear(self, event: Event) -> None:
        """What the training says."""
        self.shipper.hear(event)

    def close(self, *, orphan: bool, hurry: bool) -> None:
        """Waits for what is still to be copied; before the attempt's last word."""
        limit = ORPHAN_SECONDS if orphan else SHUTDOWN_SECONDS if hurry else float("inf")
        self.shipper.close(limit=limit)


def supply(run_id: str, config: RunConfig) -> None:
    """Fetches own data and a pretrained model: for ranks on another machine than their trainer.

    Raises StoreAway and StoreUnusable, and OSError where the disk of this machine refuses.
    """
    if missing(config) and (store := Store.of_environment()):
        for _ in bring(store, run_id, config):
            pass
