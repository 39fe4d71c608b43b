"""A file lock that the kernel gives back whenever its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Lock:
    """`flock` on one file. A process that inherits `descriptor` holds the lock too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    @property
    def descriptor(self) -> int:
        """The open file, to be passed to a child. Only while held."""
        assert self._descriptor is not None
        return self._descriptor

    def take(self) -> bool:
        """Takes the lock unless another process holds it. Says whether this object has it now."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Gives the lock back; a child that inherited it still holds it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
