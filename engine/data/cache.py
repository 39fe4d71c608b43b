"""Parsed data sets kept as `.npz`, so that a text file is read once and not at every launch."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

Pair = tuple[NDArray[np.generic], NDArray[np.generic]]
"""inputs and targets, as compact as they were found (e.g. uint8 pixels)"""


def cache_folder() -> Path:
    """`TRAINYARD_HOME/cache`, or a folder in the user's cache when no home is set."""
    home = os.environ.get("TRAINYARD_HOME")
    if home:
        return Path(home) / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "trainyard"


def cached_file(name: str) -> Path:
    """Where the arrays called `name` lie once they have been parsed."""
    return cache_folder() / f"{name}.npz"


def cached(name: str, parse: Callable[[], Pair]) -> Pair:
    """The arrays called `name`: from the cache, or from `parse`, which is then remembered.

    A damaged file (every member carries a CRC-32) is made again. A cache that cannot be written,
    e.g. on a full or read-only disk, costs time and nothing else.
    """
    path = cached_file(name)
    found = _read(path, "inputs", "targets")
    if found is not None:
        return found[0], found[1]
    inputs, targets = parse()
    try:
        with written_whole(path) as file:
            np.savez(file, inputs=inputs, targets=targets)
    except OSError:
        return inputs, targets
    return inputs, targets


def cached_targets(name: str) -> NDArray[np.generic] | None:
    """The targets alone, if they are in the cache: photographs take a second to read."""
    found = _read(cached_file(name), "targets")
    return found[0] if found else None


def _read(path: Path, *names: str) -> list[NDArray[np.generic]] | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return [file[name] for name in names]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all: other processes may read, or write the same, now.

    Raises OSError when the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
