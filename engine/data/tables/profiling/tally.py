"""Counts how often each key comes, exactly, in memory that has a limit however many there are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.data.tables.profiling.keys import Keys, scattered

HELD = 1 << 23
"""keys in memory at once: 64 MiB, and five times that while they are counted"""

Counted = tuple[Keys, NDArray[np.int64]]
"""different keys and how often each one came"""


class Tally:
    """A context: keys go in batch by batch, and come out counted.

    More than `held` are spread over temporary files by their value, so that all equal ones are in
    the same file, and counted file by file.
    """

    def __init__(self, expected: int, held: int = HELD) -> None:
        self._files: list[BinaryIO] = []
        self._batches: list[Keys] = []
        self._parts = max(1, -(-expected // held))
        self._stack = ExitStack()

    def __enter__(self) -> Tally:
        for _ in range(self._parts if self._parts > 1 else 0):
            self._files.append(self._stack.enter_context(tempfile.TemporaryFile()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._batches.clear()
        self._stack.close()

    def add(self, keys: Keys) -> None:
        """Counts these too."""
        if self._parts == 1:
            self._batches.append(keys)
            return
        place = scattered(keys) % np.uint64(self._parts)
        for number, file in enumerate(self._files):
            file.write(keys[place == number].tobytes())

    def counted(self) -> Iterator[Counted]:
        """All keys, each in one of the parts. To be asked once, after the last `add`."""
        if self._parts == 1:
            keys = np.concatenate([np.zeros(0, dtype=np.uint64), *self._batches])
            self._batches.clear()
            yield _count(keys)
            return
        for file in self._files:
            file.seek(0)
            yield _count(np.frombuffer(bytearray(file.read()), dtype=np.uint64))


def _count(keys: Keys) -> Counted:
    keys.sort()
    first = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    starts = np.flatnonzero(first)
    return keys[starts], np.diff(starts, append=len(keys))
