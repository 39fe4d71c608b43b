"""Holds the files of a checkpoint while they are copied: the run removes old ones meanwhile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = ".sending"


@contextmanager
def staged(run_folder: Path, checkpoint: Path) -> Iterator[Path | None]:
    """A folder of hard links to its files, which cost no time and no room; None when it is gone.

    On a disk without hard links it is the checkpoint itself. Raises OSError.
    """
    folder = run_folder / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder if _linked(checkpoint, folder) else _itself(checkpoint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _linked(checkpoint: Path, folder: Path) -> bool:
    try:
        shutil.copytree(checkpoint, folder, copy_function=os.link)
    except (OSError, shutil.Error):
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def _itself(checkpoint: Path) -> Path | None:
    return checkpoint if checkpoint.is_dir() else None
