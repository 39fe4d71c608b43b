"""Runs of this machine that may have what the store has not: a note each, in the home.

An attempt writes it before it copies anything, and holds its lock as long as it lives; it takes the
note away when the store has everything. One that nobody holds is of a run that ended before that,
however it ended: whoever finds it copies the rest.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

from jobs.home import Home
from jobs.lock import Lock
from jobs.store.lineage import Moment

FOLDER = "unsent"


class Note:
    """That of one run. It is there, and held, from `take` on."""

    def __init__(self, home: Home, run_id: str) -> None:
        self._path = home.root / FOLDER / run_id
        self._lock = Lock(self._path)

    def take(self) -> bool:
        """Whether it is ours now; not while another process copies. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._lock.take():
            return False
        if not self._is_there():
            # Its holder was done with it, and took it away, while we opened it.
            self._lock.release()
            return False
        return True

    def hold(self, attempt: int, began: Moment) -> bool:
        """Takes it for an attempt that may have something to copy, and where that went on.

        A disk that takes no note keeps nobody from copying.
        """
        try:
            if not self.take():
                return False
            line = json.dumps({"attempt": attempt, "began": list(began)}).encode() + b"\n"
            os.pwrite(self._lock.descriptor, line, 0)
        except OSError:
            return True
        return True

    def read(self) -> tuple[int, Moment] | None:
        """What was written; None where that is nothing. Raises OSError."""
        try:
            told = json.loads(os.pread(self._lock.descriptor, 4096, 0).partition(b"\n")[0])
            fold, step, evaluated = told["began"]
            return int(told["attempt"]), Moment(int(fold), int(step), bool(evaluated))
        except (ValueError, TypeError, KeyError):
            return None

    def done(self) -> None:
        """The store has everything: takes it away."""
        self._path.unlink(missing_ok=True)
        self._lock.release()

    def release(self) -> None:
        """Leaves it to the next one."""
        self._lock.release()

    def _is_there(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._lock.descriptor), self._path.stat())
        except FileNotFoundError:
            return False


def left(home: Home) -> list[str]:
    """Ids of the runs whose notes nobody holds."""
    try:
        paths = sorted((home.root / FOLDER).iterdir())
    except FileNotFoundError:
        return []
    return [path.name for path in paths if _is_free(path)]


def _is_free(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
