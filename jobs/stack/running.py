"""The record of the stack that runs, or ran last, in a home: `up.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from jobs.home import Home
from jobs.lock import Lock
from jobs.working.processes import write_private


@dataclass(frozen=True)
class Running:
    """The supervisor's process, the page's port, the mark of its processes."""

    pid: int
    port: int
    mark: str

    @classmethod
    def read(cls, home: Home) -> Running | None:
        """The record, or None when there never was one (or only half of one)."""
        try:
            fields = json.loads((home.root / "up.json").read_text())
            return cls(int(fields["pid"]), int(fields["port"]), str(fields["mark"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    @classmethod
    def alive(cls, home: Home) -> Running | None:
        """The record, if its supervisor still holds the lock."""
        lock = lock_of(home)
        if not lock.path.exists():
            return None
        if lock.take():
            lock.release()
            return None
        return cls.read(home)

    def write(self, home: Home) -> None:
        """Publishes the record to later calls."""
        write_private(home.root / "up.json", json.dumps(asdict(self)))


def lock_of(home: Home) -> Lock:
    """Held by the supervisor of a home, as long as it lives."""
    return Lock(home.root / "up.lock")
