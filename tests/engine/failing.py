"""A file layer that fails one operation: the Nth, whichever that is."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

CALLS = ("open", "fsync", "replace", "rename", "mkdir", "unlink", "rmdir", "listdir")


@dataclass
class Disk:
    """Counts operations; the one that is to fail does, once."""

    fails: int
    error: int
    done: int = 0

    def count(self, what: str) -> None:
        self.done += 1
        if self.done == self.fails:
            raise OSError(self.error, os.strerror(self.error), what)


class _File:
    """A file whose writes and flushes are operations of the disk."""

    def __init__(self, disk: Disk, file: Any) -> None:
        self._disk, self._file = disk, file

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, content: bytes) -> int:
        # A full disk takes a part first.
        if self._disk.done + 1 == self._disk.fails:
            self._file.write(content[: len(content) // 2])
        self._disk.count("write")
        return int(self._file.write(content))


@contextmanager
def failing(number: int, error: int) -> Iterator[Disk]:
    """Inside, the operation of that number fails with that error."""
    disk = Disk(number, error)

    def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*words: Any, **named: Any) -> Any:
            disk.count(name)
            return call(*words, **named)

        return operation

    real = io.open

    def opened(*words: Any, **named: Any) -> Any:
        disk.count("open")
        mode = words[1] if len(words) > 1 else named.get("mode", "r")
        file = real(*words, **named)
        return _File(disk, file) if set(mode) & set("wxa") else file

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, counted(name, getattr(os, name)))
        patch.setattr(io, "open", opened)
        yield disk
