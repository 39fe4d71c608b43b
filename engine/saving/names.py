"""What the folders of checkpoints are called, and which of them is newer."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

_FOLDER = re.compile(r"step-(\d+)(-evaluated)?-a(\d+)")


class Published(NamedTuple):
    """A checkpoint by its name alone; in order of these fields the newest is the largest.

    One made after the evaluation at a step is newer than one made before it.
    """

    step: int
    evaluated: bool
    attempt: int
    name: str


def published(folder: Path) -> list[Published]:
    """Those in the folder, newest first."""
    return sorted(filter(None, map(read_name, os.listdir(folder))), reverse=True)


def read_name(name: str) -> Published | None:
    """None where it is no checkpoint."""
    found = _FOLDER.fullmatch(name)
    return Published(int(found[1]), bool(found[2]), int(found[3]), name) if found else None
