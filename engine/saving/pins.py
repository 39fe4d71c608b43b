"""Checkpoints that people keep: a file each in `pins/`, beside them, called as they are.

Whoever pins and whoever removes hold the same lock, so a pin holds from the moment it is made, also
for a trainer in another process or on another machine that shares the disk.
"""

from __future__ import annotations

from pathlib import Path

from engine.saving.durable import sync
from engine.saving.fence import locked
from engine.saving.manifest import NAME

FOLDER = "pins"


def pinned(folder: Path) -> set[str]:
    """Names of the checkpoints in `folder` that are to stay."""
    pins = folder / FOLDER
    return {path.name for path in pins.iterdir()} if pins.is_dir() else set()


def pin(folder: Path, name: str) -> bool:
    """Has the checkpoint stay until it is unpinned; False when it is not there any more.

    Raises:
        OSError: the folder is not there, or cannot be written.
    """
    with locked(folder):
        if not (folder / name / NAME).is_file():
            return False
        pins = folder / FOLDER
        pins.mkdir(exist_ok=True)
        (pins / name).touch()
        sync(pins)
        sync(folder)
    return True


def unpin(folder: Path, name: str) -> None:
    """Lets the checkpoint go as any other: at the next one that the run writes.

    Raises:
        OSError: the folder is not there, or cannot be written.
    """
    with locked(folder):
        (folder / FOLDER / name).unlink(missing_ok=True)
