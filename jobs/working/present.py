"""Says every other second that a worker is there, and with what, whatever its main thread does."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

import redis
from redis.connection import parse_url

from jobs.devices.slot import Slot
from jobs.devices.versions import versions
from jobs.gangs import address
from jobs.home import Home
from jobs.services.machines import Presence
from jobs.store.unsent import left
from jobs.wire.connect import connect, url

PRESENCE_SECONDS = 2.0
MOST_UNSENT = 200
LOG = logging.getLogger(__name__)


class Present:
    """The word of one worker. It begins with `begin` and ends with `leave`."""

    def __init__(self, slot: Slot, home: Home) -> None:
        self._slot, self._home = slot, home
        self.server = str(parse_url(url(home)).get("host", ""))  # type: ignore[no-untyped-call]
        """Redis' host, as this machine calls it"""
        self._address = address.towards([self.server])
        self._said = self._presence(slot.devices.names[0], "")
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._stay, name="presence", daemon=True)

    def begin(self) -> None:
        """From now on it is said."""
        self._thread.start()

    def show(self, client: redis.Redis, run_id: str, device: str = "") -> None:
        """Says at once which run it trains on which devices; empty: none."""
        self._said = self._presence(device or self._slot.devices.names[0], run_id)
        self._said.announce(client)

    def leave(self, client: redis.Redis) -> None:
        """Says goodbye."""
        self._left.set()
        self._thread.join(1.0)
        self._said.leave(client)

    def _presence(self, device: str, run_id: str) -> Presence:
        return Presence(
            name=self._slot.worker,
            machine=self._slot.machine,
            device=device,
            run_id=run_id,
            offers=self._slot.devices.names,
            total=self._slot.total,
            kinds=self._slot.devices.kinds,
            engine=self._slot.engine,
            strangers=self._slot.strangers,
            versions=versions(),
            address=self._address,
        )

    def _stay(self) -> None:
        client = connect(self._home)
        while not self._left.is_set():
            try:
                self._said = replace(
                    self._said,
                    strangers=self._slot.strangers,
                    total=self._slot.total,
                    unsent=tuple(left(self._home)[:MOST_UNSENT]),
                )
                self._said.announce(client)
            except redis.RedisError as error:
                LOG.warning("Worker %s: cannot tell that it is there: %s", self._slot.worker, error)
            self._left.wait(PRESENCE_SECONDS)
