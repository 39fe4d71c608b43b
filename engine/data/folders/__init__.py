"""People's images and texts: a zip with a folder for each class, read strictly, never unpacked.

`read_texts` writes a table as `engine/data/tables/` does, a row a file. `read_images` writes a
folder with `facts.json`, `images.parquet` (which entry is what) and `thumbnails.npz`; the pictures
stay in the archive, which the caller keeps beside them as `original`. `Refused(sentence)` says
which entry and what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.data.folders.facts import FolderClass, ImageFacts, Lost
from engine.data.tables.facts import TableFacts

__all__ = ["FolderClass", "ImageFacts", "Lost", "read_images", "read_texts"]


def read_images(
    path: Path, into: Path, *, progress: Callable[[float], None] | None = None
) -> ImageFacts:
    """Reads the archive at `path` into the fresh folder `into`. Raises Refused."""
    # Pillow and PyArrow take 0.3 s, and settings that only name images import this module.
    from engine.data.folders.read import read

    return read(path, into, progress)


def read_texts(
    path: Path, into: Path, *, progress: Callable[[float], None] | None = None
) -> TableFacts:
    """Reads the archive at `path` into the fresh folder `into`, as a table. Raises Refused."""
    from engine.data.folders.texts import read

    return read(path, into, progress)
