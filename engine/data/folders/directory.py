"""The end of a zip, read before anything else: how long is the list of entries it promises?

`zipfile` reads that list whole, whatever its length; a list of 2 GB must not become memory.
"""

from __future__ import annotations

import struct
from pathlib import Path

from engine.data.tables.facts import Refused

MOST_ENTRIES = 250_000
MOST_LIST_BYTES = 40_000_000
START = b"PK\x03\x04"
EMPTY = b"PK\x05\x06"
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT = 65_535

CUT_OFF = "The archive has no end: it was cut off. Download, copy or zip it again."


def begins_like_zip(path: Path) -> bool:
    """By its first bytes, whatever its name says."""
    with path.open("rb") as file:
        return file.read(4) in (START, EMPTY)


def check_directory(path: Path) -> None:
    """Refuses an archive in several files, without an end, or with more entries than are read."""
    if not begins_like_zip(path):
        raise Refused(
            "This is no zip archive. Images and texts are given as a zip with a folder for each "
            "class."
        )
    entries, length = _promised(path)
    if entries == 0:
        raise Refused(
            "The archive is empty. Zip the folders of the files: one folder for each class."
        )
    if entries > MOST_ENTRIES or length > MOST_LIST_BYTES:
        raise Refused(
            f"The archive has {entries:,} entries (a list of {length:,} bytes); at most "
            f"{MOST_ENTRIES:,} entries ({MOST_LIST_BYTES:,} bytes) are read. Zip fewer files."
        )


def _promised(path: Path) -> tuple[int, int]:
    """Entries, and bytes of their list."""
    with path.open("rb") as file:
        size = path.stat().st_size
        begin = max(0, size - _END.size - _LONGEST_COMMENT - _LOCATOR.size)
        file.seek(begin)
        tail = file.read()
        at = tail.rfind(EMPTY)
        if at < 0 or len(tail) - at < _END.size:
            raise Refused(CUT_OFF)
        _, disk, first, _, entries, length, _, _ = _END.unpack_from(tail, at)
        if (disk, first) not in ((0, 0), (0xFFFF, 0xFFFF)):
            raise Refused(
                "This is one of several files of a divided archive. Zip the files into one."
            )
        locator = tail[max(0, at - _LOCATOR.size) : at]
        if len(locator) < _LOCATOR.size or not locator.startswith(b"PK\x06\x07"):
            return entries, length
        file.seek(min(_LOCATOR.unpack(locator)[2], size))
        large = file.read(_END64.size)
    if len(large) < _END64.size or not large.startswith(b"PK\x06\x06"):
        raise Refused(CUT_OFF)
    found = _END64.unpack(large)
    return found[7], found[8]
