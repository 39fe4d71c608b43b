"""The folder that several machines work in, where there is one."""

from __future__ import annotations

import os
from pathlib import Path

STORE = "TRAINYARD_STORE"


def shared_folder() -> Path | None:
    """`TRAINYARD_STORE` where it names a folder, in which all machines work.

    None where it is not set, or is the address of a store, to which they only copy.
    """
    given = os.environ.get(STORE, "")
    return Path(given) if given and "://" not in given else None
