"""Data that no package carries: from the folder of `TRAINYARD_DATA`, the cache, or the internet."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from engine.data.cache import cache_folder, written_whole

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Remote:
    """A file of the internet. `name` may hold folders, e.g. `cora/ind.cora.x`."""

    name: str
    url: str
    sha256: str


def fetched(remote: Remote) -> Path:
    """Where the file lies on this machine; downloads it when it does not, and checks its hash.

    Raises:
        FileNotFoundError: it is nowhere, and the internet does not give it either.
    """
    if there := found(remote):
        return there
    path = cache_folder() / "fetched" / remote.name
    content = _download(remote)
    if _sha256(content) != remote.sha256:
        raise FileNotFoundError(
            f"{remote.url} has changed: its SHA-256 is not {remote.sha256[:12]}…; "
            f"put the file you trust at {path}"
        )
    with written_whole(path) as file:
        file.write(content)
    return path


def found(remote: Remote) -> Path | None:
    """Where the file lies on this machine, if it is the right one."""
    for folder in _folders():
        path = folder / remote.name
        if path.is_file() and _sha256(path.read_bytes()) == remote.sha256:
            return path
    return None


def _folders() -> list[Path]:
    given = os.environ.get("TRAINYARD_DATA")
    return [*([Path(given)] if given else []), cache_folder() / "fetched"]


def _download(remote: Remote) -> bytes:
    try:
        with urllib.request.urlopen(remote.url, timeout=TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read()
            return content
    except (urllib.error.URLError, OSError) as error:
        raise FileNotFoundError(
            f"{remote.name} is not on this machine and {remote.url} could not be read ({error}); "
            "connect to the internet once, or put the file into a folder and name the folder "
            "in TRAINYARD_DATA; or choose data that comes with a package"
        ) from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
