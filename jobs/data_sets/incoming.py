"""Files on their way in: written block by block while they arrive, whole or not there at all.

<data>/.upload-<id>/part      what has arrived so far
<data>/.upload-<id>/file      the whole file
<data>/.upload-<id>/name      what people call it
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.saving.failpoints import failpoint
from jobs.data_sets.data_set import LONGEST_NAME, NotStored, storable
from jobs.ids import new_id

KEPT_SECONDS = 24 * 3600
"""a file that nobody made a data set of goes after that long"""

SPARE_BYTES = 1_000_000_000
"""of the disk, that an upload leaves to the runs"""

_PREFIX = ".upload-"
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class Upload:
    """A file that has arrived whole."""

    id: str
    name: str
    path: Path

    @property
    def bytes(self) -> int:
        """Its length."""
        return self.path.stat().st_size


@dataclass(frozen=True)
class Incoming:
    """The uploads below the folder of all data sets."""

    root: Path

    @contextmanager
    def receiving(self, name: str, expected: int) -> Iterator[tuple[str, BinaryIO]]:
        """The id and the file to write to; what ends with an exception leaves nothing behind.

        Raises NotStored where the disk has no room for `expected` bytes.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sweep()
        self.check_room(expected)
        upload_id = new_id()
        folder = self.root / f"{_PREFIX}{upload_id}"
        folder.mkdir(mode=0o700)
        whole = False
        try:
            (folder / "name").write_text(_called(name), encoding="utf-8")
            with (folder / "part").open("xb") as file:
                yield upload_id, file
            failpoint("data.uploaded")
            os.rename(folder / "part", folder / "file")
            whole = True
        finally:
            if not whole:
                shutil.rmtree(folder, ignore_errors=True)

    def find(self, upload_id: str) -> Upload | None:
        """The upload of that id, if it is whole and still there."""
        if not _ID.fullmatch(upload_id):
            return None
        folder = self.root / f"{_PREFIX}{upload_id}"
        try:
            name = (folder / "name").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        path = folder / "file"
        return Upload(upload_id, name, path) if path.is_file() else None

    def remove(self, upload_id: str) -> None:
        """It was kept as a data set, or is not wanted."""
        if _ID.fullmatch(upload_id):
            shutil.rmtree(self.root / f"{_PREFIX}{upload_id}", ignore_errors=True)

    def sweep(self) -> None:
        """Removes what nobody has touched for a day: also halves that a crash left."""
        for folder in self.root.glob(f"{_PREFIX}*"):
            newest = max(
                (each.stat().st_mtime for each in (folder, *folder.glob("*"))), default=0.0
            )
            if time.time() - newest > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

    def check_room(self, expected: int) -> None:
        free = shutil.disk_usage(self.root).free
        # A table takes about as much again beside its file.
        if 2 * expected + SPARE_BYTES > free:
            raise NotStored(
                f"The disk has no room for this file: it has {free / 1e9:.1f} GB free, and a file "
                f"of {expected / 1e9:.1f} GB needs {(2 * expected + SPARE_BYTES) / 1e9:.1f} GB "
                "(itself, its table, and 1 GB for the runs). Free some space, or drop columns."
            )


def _called(name: str) -> str:
    """The last part of what the browser says, however it writes folders."""
    last = storable(name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    clean = "".join(letter for letter in last if letter.isprintable())
    return clean[-LONGEST_NAME:] or "file"
