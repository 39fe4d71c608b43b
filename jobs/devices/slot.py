"""One worker's way to devices: it looks into the queue with all that is free on its machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import redis

from engine.version import ENGINE
from jobs.devices.claim import Found, Offer, look, wake
from jobs.devices.held import Held, choosing, hold_free
from jobs.devices.pool import Devices
from jobs.wire import keys

CLAIMS_KEPT = 10_000


@dataclass
class Slot:
    """What a worker holds: nothing, devices for a run that gathers, or those of its run."""

    devices: Devices
    machine: str
    worker: str
    engine: int = ENGINE
    held: Held = field(default_factory=Held)
    strangers: dict[str, str] = field(default_factory=dict)
    """device → who used it when this worker looked last"""
    _holding: str = ""

    @property
    def total(self) -> int:
        """How many devices a run could have here, were none in use by ours."""
        return self.devices.room - len(self.strangers)

    def look(self, client: redis.Redis, queue_key: str) -> Found:
        """Looks into the queue; afterwards holds the devices of what was found, and no others."""
        with choosing(self.devices):
            if not self._holding:
                self._take_free()
            found = look(client, queue_key, self._offer())
            keeps = found.what in ("run", "hold", "lead", "follow")
            if found.what != "follow":
                self.held.keep(found.devices if keeps else 0)
            self._holding = found.job.decode() if found.what == "hold" else ""
        return found

    @contextmanager
    def recorded(self, client: redis.Redis, run_id: str) -> Iterator[None]:
        """Writes down that the run has the held devices; gives them back at the end.

        In this order: what the record says of a device is true of it, also at its limits.
        """
        self._record(client, "taken", run_id)
        try:
            yield
        finally:
            try:
                self._record(client, "released", run_id)
            finally:
                self.held.release()
                wake(client, "released")

    def _take_free(self) -> None:
        self.held.release()
        self.held = hold_free(self.devices)
        self.strangers = self.devices.strangers(self.held.names)
        self.held.drop(self.strangers)

    def _offer(self) -> Offer:
        shared = None in self.held.locks.values()
        return Offer(
            machine=self.machine,
            worker=self.worker,
            free=self.devices.room if shared else len(self.held.names),
            total=self.total,
            kinds=self.devices.kinds,
            engine=self.engine,
            holding=self._holding,
        )

    def _record(self, client: redis.Redis, what: str, run_id: str) -> None:
        told: dict[str, str] = {
            "what": what,
            "machine": self.machine,
            "devices": json.dumps(self.held.names),
            "run": run_id,
            "worker": self.worker,
        }
        client.xadd(keys.CLAIMS, told, maxlen=CLAIMS_KEPT, approximate=True)  # type: ignore[arg-type]
