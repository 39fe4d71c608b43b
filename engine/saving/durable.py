"""Files that are still there, whole, after the power went."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from engine.saving.failpoints import failpoint

FULL = (errno.ENOSPC, errno.EDQUOT)
"""error numbers of a disk, or of a person's share of it, that takes nothing more"""


def sync(path: Path) -> None:
    """Forces a file, or a folder's list of names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, content: bytes) -> None:
    """Writes a new file and forces it to the disk; its name is only safe once the folder is."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        failpoint("file.before_sync")
        os.fsync(file.fileno())


def write_durably(folder: Path, name: str, content: bytes) -> None:
    """Replaces a small file as a whole. Callers hold the folder's lock: one temporary name."""
    temporary = folder / f".{name}.new"
    temporary.unlink(missing_ok=True)
    write_synced(temporary, content)
    failpoint("file.before_replace")
    os.replace(temporary, folder / name)
    failpoint("file.after_replace")
    sync(folder)
