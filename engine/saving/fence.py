"""Keeps an attempt that was given up, and may wake later, from writing into the run's folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.saving.durable import write_durably

ATTEMPT = "attempt"
"""the file with the number of the latest one"""


class Fenced(Exception):
    """A later attempt owns the run's folder; this one must end and may write nothing."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the checkpoints in `folder` as they are, for whoever reads or pins; others wait."""
    handle = os.open(folder / "attempt.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Fence:
    """The number of the latest attempt, in the file `attempt`, changed only under a lock."""

    folder: Path
    attempt: int

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder for this attempt; others wait.

        Raises:
            Fenced: a later attempt has held it before.
        """
        with locked(self.folder):
            self._pass()
            yield

    def _pass(self) -> None:
        latest = self._latest()
        if latest > self.attempt:
            raise Fenced(
                f"attempt {self.attempt} of this run was replaced by attempt {latest}; "
                "it ends here and leaves the checkpoints alone"
            )
        if latest < self.attempt:
            write_durably(self.folder, ATTEMPT, str(self.attempt).encode())

    def _latest(self) -> int:
        """The highest attempt seen; the names of the checkpoints count too if the file is lost."""
        numbers = [name.rpartition("-a")[2] for name in os.listdir(self.folder) if "-a" in name]
        try:
            numbers.append((self.folder / ATTEMPT).read_text())
        except (FileNotFoundError, UnicodeDecodeError):
            numbers.append("0")
        return max((int(number) for number in numbers if number.isdecimal()), default=0)
