"""Scripts whose end was not delivered: a slip of paper for each attempt, locked while it lives.

A slip that nobody holds belongs to a script that is gone. The recorder of this machine delivers its
journal and says how it ended; on a machine without one the next script does so when it begins.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from jobs.events import Ended
from jobs.home import Home
from jobs.own.line import Line
from jobs.own.spec import Script
from jobs.wire.journal import Journal, last_entry, path_of, read
from jobs.wire.telemetry import Telemetry
from jobs.working.lease import Holder, Lease

SECONDS = 2.0
"""for one delivery; a long journal goes on at the next look"""


@dataclass
class Slip:
    """`outbox/<run>.<attempt>.json` in the home: what the script said of itself, under a lock."""

    path: Path
    descriptor: int

    @classmethod
    def write(cls, home: Home, run_id: str, attempt: int, script: Script) -> Slip:
        """A new one, held by this process. Raises OSError."""
        folder = home.root / "outbox"
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{run_id}.{attempt}.new"
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, script.model_dump_json().encode())
        path = folder / f"{run_id}.{attempt}.json"
        # Only now, locked and whole, it has the name that others look for.
        draft.rename(path)
        return cls(path, descriptor)

    def close(self, delivered: bool) -> None:
        """Gone when all was delivered; else somebody else may deliver from now on."""
        if delivered:
            self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def deliver_all(home: Home) -> list[str]:
    """Delivers what nobody holds; the runs of which something is left."""
    return [path.name.split(".")[0] for path in _orphans(home) if not _deliver(home, path)]


def _orphans(home: Home) -> Iterator[Path]:
    """Slips that are locked by us as long as they are looked at."""
    for path in (home.root / "outbox").glob("*.json"):
        with _held(path) as mine:
            if mine:
                yield path


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    try:
        yield True
    finally:
        os.close(descriptor)


def _deliver(home: Home, path: Path) -> bool:
    """Makes the run known, sends what Redis lacks of its journal, and its end. Whether all went."""
    run_id, attempt = path.name.split(".")[0], int(path.name.split(".")[1])
    folder = home.run(run_id)
    try:
        script = Script.model_validate_json(path.read_text())
    except ValidationError:
        path.unlink(missing_ok=True)
        return True
    line = Line(home)
    if not line.answers():
        return False
    lease = Lease(run_id, attempt, _holder(path_of(folder, attempt)))
    if line.hello(lease, script):
        journal = Journal(folder, attempt)
        telemetry = Telemetry(line.client, run_id, journal)
        if not _has_ended(path_of(folder, attempt)):
            cause = "The script ended without a word: it was killed, or its machine went down."
            telemetry.emit(Ended(cause=cause))
        if not (telemetry.close(SECONDS) or telemetry.fenced):
            return False
        line.release(lease)
    path.unlink(missing_ok=True)
    return True


def _holder(journal: Path) -> Holder:
    """Who wrote it: only that one may renew the lease."""
    first = next(read(journal), None) if journal.exists() else None
    claimed = first.to_dict() if first else {}
    return Holder(claimed.get("worker", ""), claimed.get("machine", ""), claimed.get("device", ""))


def _has_ended(journal: Path) -> bool:
    try:
        return last_entry(journal).to_dict()["kind"] in ("finished", "ended")
    except ValueError:
        return False
