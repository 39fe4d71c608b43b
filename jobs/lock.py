"""A file lock that the kernel gives back whenever its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Lock:
    """`flock` on one file. A process that inherits `descriptor` holds the lock too.

    A `public` one may lie in a folder that all users of the machine write to.
    """

    def __init__(self, path: Path, *, public: bool = False) -> None:
        self.path = path
        self._open = open_public if public else _open_private
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
        descriptor = self._open(self.path)
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


def _open_private(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def open_public(path: Path) -> int:
    """Opens, or makes, a file that every user may lock: for that reading is enough. No link
    is followed: any user could have put it there.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        # Without O_CREAT first: with it the kernel refuses another user's file in such a folder.
        return os.open(path, flags)
    except FileNotFoundError:
        descriptor = os.open(path, flags | os.O_CREAT, 0o644)
        os.fchmod(descriptor, 0o644)
        return descriptor
