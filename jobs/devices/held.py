"""Devices as one worker holds them: a `flock` each, which dies with the last process that has it.

So no device is held twice, whatever Redis forgets and whoever is killed. The trainer gets the open
files too: one that outlives its worker for some seconds, to save, keeps its device as long.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from jobs.devices.pool import Devices
from jobs.lock import Lock, open_public


@dataclass
class Held:
    """Names of devices, each with its lock; a shared one has none."""

    locks: dict[str, Lock | None] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """In the order in which the worker prefers them."""
        return tuple(self.locks)

    @property
    def descriptors(self) -> list[int]:
        """The open files of the locks, for a trainer to hold too."""
        return [lock.descriptor for lock in self.locks.values() if lock is not None]

    def keep(self, count: int) -> None:
        """Gives back all but the first `count`."""
        for name in self.names[count:]:
            self._give_back(name)

    def drop(self, names: Iterable[str]) -> None:
        """Gives back these."""
        for name in names:
            self._give_back(name)

    def release(self) -> None:
        """Gives back all."""
        self.keep(0)

    def _give_back(self, name: str) -> None:
        lock = self.locks.pop(name)
        if lock is not None:
            lock.release()


def hold_free(devices: Devices) -> Held:
    """Takes every device that nobody holds. To be called within `choosing`."""
    held = Held()
    for name in devices.names:
        path = devices.lock(name)
        if path is None:
            held.locks[name] = None
        elif (lock := Lock(path, public=True)).take():
            held.locks[name] = lock
    return held


@contextlib.contextmanager
def choosing(devices: Devices) -> Iterator[None]:
    """One worker of the machine at a time: two that each held half would both find too few."""
    descriptor = open_public(devices.mutex())
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
