"""The record of an attempt on the machine that trains: every event, before Redis hears of it.

A file of records: length, CRC32 and seq (little endian), then the event as msgpack. A torn tail,
left by a kill in the middle of a write, is cut off when the journal is opened again.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgpack

from engine.saving.failpoints import failpoint

HEADER = struct.Struct("<IIQ")


class Entry(NamedTuple):
    """An event of an attempt: its number, counted from 1, and its dict as msgpack."""

    seq: int
    body: bytes

    def to_dict(self) -> dict[str, Any]:
        """The event's JSON form."""
        return dict(msgpack.unpackb(self.body))


class Journal:
    """Appends to `<run folder>/journal/<attempt>.log`. One process at a time writes it."""

    def __init__(self, folder: Path, attempt: int) -> None:
        self.attempt = attempt
        self.path = path_of(folder, attempt)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab", buffering=0)
        self.last_seq, size = _measure(self.path)
        self._file.truncate(size)
        self._size = size
        self._place = 0, 0
        """seq and end of the entry that was read last"""

    def append(self, entries: Sequence[Entry]) -> None:
        """Writes the entries. Raises OSError, e.g. when the disk is full: then it has none."""
        content = b"".join(_encode(entry) for entry in entries)
        size = self._size + len(content)
        try:
            failpoint("journal.before_write")
            while content:
                # A nearly full disk takes a part first and says no to the rest.
                content = content[self._file.write(content) :]
        except OSError:
            os.ftruncate(self._file.fileno(), self._size)
            raise
        self.last_seq, self._size = entries[-1].seq, size
        failpoint("journal.after_write")

    def read(self, after: int) -> Iterator[Entry]:
        """The entries with a greater seq than `after`, in order.

        Whoever reads on where the last reading ended does not read all from the beginning: of a
        million events that were behind, each thousand would else take seconds.
        """
        seq, offset = self._place if self._place[0] <= after else (0, 0)
        with self.path.open("rb") as file:
            file.seek(offset)
            while (entry := _decode(file.read(HEADER.size), file)) is not None:
                seq, offset = entry.seq, offset + HEADER.size + len(entry.body)
                self._place = seq, offset
                if seq > after:
                    yield entry

    def close(self) -> None:
        """Closes the file; the kernel has had every byte since `append` returned."""
        self._file.close()


def path_of(folder: Path, attempt: int) -> Path:
    """Where an attempt of the run in `folder` keeps its journal."""
    return folder / "journal" / f"{attempt}.log"


def latest_attempt(folder: Path) -> int:
    """The highest attempt that left a journal in this run's folder, or 0."""
    names = (path.stem for path in (folder / "journal").glob("*.log"))
    return max((int(name) for name in names if name.isdecimal()), default=0)


def read(path: Path, after: int = 0) -> Iterator[Entry]:
    """The good entries after seq `after`; ends without an error at the first damaged one."""
    with path.open("rb") as file:
        while (entry := _decode(file.read(HEADER.size), file)) is not None:
            if entry.seq > after:
                yield entry


def last_entry(path: Path) -> Entry:
    """The last good entry. Raises ValueError when there is none."""
    newest = deque(read(path), maxlen=1)
    if not newest:
        raise ValueError(f"{path} has no good entry")
    return newest[0]


def latest_seq(path: Path) -> int:
    """The number of the last good entry, 0 without one."""
    newest = deque(read(path), maxlen=1)
    return newest[0].seq if newest else 0


def _encode(entry: Entry) -> bytes:
    return HEADER.pack(len(entry.body), _checksum(entry.seq, entry.body), entry.seq) + entry.body


def _decode(header: bytes, file: Any) -> Entry | None:
    if len(header) < HEADER.size:
        return None
    length, checksum, seq = HEADER.unpack(header)
    body = file.read(length)
    if len(body) < length or _checksum(seq, body) != checksum:
        return None
    return Entry(seq, body)


def _checksum(seq: int, body: bytes) -> int:
    # The seq is part of it: a file full of zeros would otherwise pass as empty events.
    return zlib.crc32(body, zlib.crc32(seq.to_bytes(8, "little")))


def _measure(path: Path) -> tuple[int, int]:
    """Last seq and number of good bytes."""
    last_seq, size = 0, 0
    for entry in read(path):
        last_seq, size = entry.seq, size + HEADER.size + len(entry.body)
    return last_seq, size
