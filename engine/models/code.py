"""The Python files of a folder of own models as one thing, called by their content."""

from __future__ import annotations

import hashlib
from pathlib import Path


def files(folder: Path) -> list[Path]:
    """All Python files in it and below, relative to it: a model may import its neighbours."""
    found = (path.relative_to(folder) for path in folder.rglob("*.py") if path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.parts))


def digest(folder: Path) -> str:
    """SHA-256 of their names and contents. Raises OSError."""
    told = hashlib.sha256()
    for path in files(folder):
        content = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        told.update(f"{content} {path.as_posix()}\n".encode(errors="surrogateescape"))
    return told.hexdigest()
