"""A zip as it may be read: its entries checked, their bytes counted while they are unpacked.

Nothing is ever written to a path that an archive names; an entry becomes bytes in memory.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine.data.folders.directory import check_directory
from engine.data.tables.facts import Refused, shown

MOST_BYTES = 64_000_000
"""of one entry, unpacked"""
MOST_BYTES_IN_ALL = 50_000_000_000
MOST_RATIO = 200
"""unpacked to packed bytes of the whole archive, and of an entry that is not small"""
SMALL_BYTES = 10_000_000
BLOCK_BYTES = 1 << 20
AGAIN = "Zip the files again, without it."
SILENT_FOLDERS = {"__macosx", ".git", ".ipynb_checkpoints", "@eadir"}
SILENT_FILES = {".ds_store", "thumbs.db", "desktop.ini", ".directory", "ehthumbs.db"}


class Damaged(Exception):
    """An entry whose bytes are not what was packed. The text says why."""


@dataclass(frozen=True)
class Entry:
    """A file of the archive. `path` are its folders and its name, as people read them."""

    path: tuple[str, ...]
    info: zipfile.ZipInfo = field(repr=False)

    @property
    def name(self) -> str:
        """Its path as people write it."""
        return "/".join(self.path)


# All that zipfile raises for bytes that are not what was packed; the last for a rare method.
_NOT_WHAT_WAS_PACKED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


@dataclass
class Archive:
    """An open zip. `unpacked` counts what has really come out of it."""

    file: zipfile.ZipFile
    size: int
    unpacked: int = 0

    def entries(self) -> list[Entry]:
        """All files but those that systems leave behind, by name. Raises Refused."""
        infos = self.file.infolist()
        _check_places(infos, self.size)
        found = []
        for info in infos:
            path = safe_path(info)
            _check_entry(info, path)
            if not info.is_dir() and not _silent(path):
                found.append(Entry(path, info))
        _check_twice(found)
        self._check_total(sum(entry.info.file_size for entry in found))
        return sorted(found, key=lambda entry: entry.path)

    def read(self, entry: Entry) -> bytes:
        """The bytes of one entry. Raises Damaged; Refused where it does not end."""
        content = bytearray()
        try:
            with self.file.open(entry.info) as stream:
                while block := stream.read(BLOCK_BYTES):
                    content += block
                    self.unpacked += len(block)
                    _check_size(entry.name, len(content), entry.info.compress_size)
                    self._check_total(self.unpacked)
        except _NOT_WHAT_WAS_PACKED as error:
            raise Damaged("its bytes are damaged in the archive") from error
        return bytes(content)

    def begin(self, entry: Entry, number: int) -> bytes:
        """The first bytes of one entry. Raises Damaged."""
        try:
            with self.file.open(entry.info) as stream:
                return stream.read(number)
        except _NOT_WHAT_WAS_PACKED as error:
            raise Damaged("its bytes are damaged in the archive") from error

    def _check_total(self, unpacked: int) -> None:
        if unpacked > MOST_BYTES_IN_ALL or unpacked > SMALL_BYTES + MOST_RATIO * self.size:
            raise Refused(
                f"The archive becomes {unpacked:,} bytes from {self.size:,}, as a zip bomb does; "
                f"at most {MOST_BYTES_IN_ALL:,}, and {MOST_RATIO} times its size, are read. Give "
                "the files themselves, in several archives where they are many."
            )


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive at `path`. Raises Refused."""
    check_directory(path)
    try:
        file = zipfile.ZipFile(path)
    # All that zipfile raises for damaged or foreign archives.
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused(
            f"The archive is damaged ({error}). Download, copy or zip it again."
        ) from error
    with file:
        yield Archive(file, path.stat().st_size)


def safe_path(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """Folders and name of an entry. Refuses what leads out of the archive."""
    name = _decoded(info)
    if "\0" in info.orig_filename:
        raise Refused(f"The entry {shown(name)} has a zero byte in its name. {AGAIN}")
    # Some Windows programs write their own separator.
    path = name.replace("\\", "/")
    if path.startswith("/") or path[1:2] == ":":
        raise Refused(
            f"The entry {shown(name)} names a place on the disk (an absolute path). Zip the folder "
            "again, so that names begin with it."
        )
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if ".." in parts:
        raise Refused(f'The entry {shown(name)} leads out of the archive (".."). {AGAIN}')
    return parts


def _decoded(info: zipfile.ZipInfo) -> str:
    """Old programs write UTF-8 without saying so; `zipfile` then takes it for DOS letters."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _check_entry(info: zipfile.ZipInfo, path: tuple[str, ...]) -> None:
    name = shown("/".join(path), 80)
    if info.flag_bits & 0x1:
        raise Refused(f"The entry {name} is encrypted. Zip the files again without a password.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise Refused(
            f"The entry {name} is a link to another place (a symlink). Zip the file it points to."
        )
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused(f"The entry {name} is a device or pipe and no file. {AGAIN}")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(
            f"The entry {name} is packed by a rare method (number {info.compress_type}). Zip the "
            "files with ordinary compression (deflate)."
        )
    _check_size("/".join(path), info.file_size, info.compress_size)


def _check_size(name: str, size: int, packed: int) -> None:
    if size > MOST_BYTES:
        raise Refused(
            f"The entry {shown(name, 80)} becomes {size:,} bytes; at most {MOST_BYTES:,} are read "
            "of one file. Make it smaller, or take it out."
        )
    if size > SMALL_BYTES and size > MOST_RATIO * max(packed, 1):
        raise Refused(
            f"The entry {shown(name, 80)} becomes {size:,} bytes from {packed:,}, as a zip bomb "
            "does. Take it out, or save an image as PNG."
        )


def _check_places(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Entries that share bytes: a small archive that never ends."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    if ordered and ordered[0].header_offset < 0:
        raise Refused(
            f"The archive is damaged: the entry {shown(ordered[0].filename, 80)} begins before the "
            "file does. Download, copy or zip it again."
        )
    ends = [*(info.header_offset for info in ordered[1:]), size]
    for info, end in zip(ordered, ends, strict=True):
        if info.header_offset + 30 + info.compress_size > end:
            raise Refused(
                f"The entry {shown(info.filename, 80)} overlaps the one after it, as in a zip "
                "bomb. Zip the files again."
            )


def _check_twice(entries: list[Entry]) -> None:
    counts = Counter(entry.path for entry in entries)
    path, times = counts.most_common(1)[0] if counts else ((), 1)
    if times > 1:
        raise Refused(
            f"The entry {shown('/'.join(path), 80)} is in the archive {times:,} times. Zip the "
            "files again, each under a name of its own."
        )


def _silent(path: tuple[str, ...]) -> bool:
    """What systems leave behind beside people's files."""
    if not path or any(part.lower() in SILENT_FOLDERS for part in path[:-1]):
        return True
    return path[-1].lower() in SILENT_FILES or path[-1].startswith("._")
