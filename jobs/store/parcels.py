"""Folders of any number of files, on their way to the store and back: there whole or not at all.

The last file, the seal, names all others with their lengths and SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from engine.saving.durable import sync
from engine.saving.failpoints import failpoint
from engine.saving.manifest import NAME as MANIFEST
from engine.saving.manifest import Damaged, Entry, read_manifest
from engine.spec import Spec
from jobs.store.store import BLOCK_BYTES, Store, StoreAway

CONTENTS = "contents.json"
FETCHING = ".fetching-"


class NotThere(Exception):
    """The store has no such folder, or not yet whole."""


class Contents(Spec):
    """The seal of a folder that has none of its own."""

    files: dict[str, Entry]

    def encode(self) -> bytes:
        """Two lines: this as JSON, and the SHA-256 of that line."""
        line = json.dumps(self.to_dict(), sort_keys=True).encode()
        return line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"


@dataclass(frozen=True)
class Kind:
    """Of folders: the seal's name, and how to read it. `read` raises Damaged."""

    seal: str
    read: Callable[[Path], Mapping[str, Entry]]


def _of_manifest(folder: Path) -> Mapping[str, Entry]:
    return read_manifest(folder).files


def _of_contents(folder: Path) -> Mapping[str, Entry]:
    try:
        content = (folder / CONTENTS).read_bytes()
        found = Contents.model_validate_json(content.partition(b"\n")[0])
    except (OSError, ValidationError) as error:
        raise Damaged(f"{CONTENTS} cannot be read") from error
    if found.encode() != content:
        raise Damaged(f"{CONTENTS} is not what was written")
    return found.files


CHECKPOINT = Kind(MANIFEST, _of_manifest)
FILES = Kind(CONTENTS, _of_contents)


def sealed(folder: Path) -> bytes:
    """The seal of a folder without one, all of its files read. Raises OSError."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): entry_of(path) for path in paths}
    return Contents(files=files).encode()


def entry_of(path: Path) -> Entry:
    """Length and hash of a file, which may be larger than the memory. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            size += len(block)
    return Entry(bytes=size, sha256=digest.hexdigest())


def is_whole(folder: Path, kind: Kind) -> bool:
    """Whether every byte on this machine is what was written."""
    try:
        files = kind.read(folder)
        return all(entry_of(folder / name) == entry for name, entry in files.items())
    except (Damaged, OSError):
        return False


def send(
    store: Store,
    folder: Path,
    key: str,
    seal: tuple[str, bytes],
    before_seal: Callable[[], None] = lambda: None,
) -> None:
    """Copies a folder to the store; `before_seal` may hold back, or raise, what makes it seen.

    Raises StoreAway; OSError where a file cannot be read here.
    """
    name, content = seal
    for path in sorted(folder.rglob("*")):
        file = path.relative_to(folder).as_posix()
        if path.is_file() and file != name:
            size = path.stat().st_size
            failpoint("store.before_file")
            store.put(path, f"{key}/{file}")
            if (arrived := store.size(f"{key}/{file}")) != size:
                raise StoreAway(f"{store.shown} took {arrived or 0:,} of {size:,} bytes of {file}")
    before_seal()
    failpoint("store.before_seal")
    store.write(f"{key}/{name}", content)
    failpoint("store.after_seal")


def fetch(store: Store, key: str, target: Path, kind: Kind) -> int:
    """Copies a folder from the store to `target`, every byte checked. How many bytes they were.

    What is at `target`, which cannot be good, is moved aside.

    Raises:
        NotThere: it has no seal.
        Damaged: it is not what was written.
        StoreAway: the store does not answer.
        OSError: the disk of this machine refuses.
    """
    seal = store.read(f"{key}/{kind.seal}")
    if seal is None:
        raise NotThere(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=FETCHING, dir=target.parent))
    try:
        (new / kind.seal).write_bytes(seal)
        files = kind.read(new)
        for name, entry in files.items():
            _fetch_file(store, f"{key}/{name}", new / _safe(name), entry)
        for path in new.rglob("*"):
            sync(path)
        sync(new)
        failpoint("store.fetched")
        if target.exists():
            os.replace(target, target.parent / f"damaged-{new.name.removeprefix(FETCHING)}")
        new.rename(target)
        sync(target.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return sum(entry.bytes for entry in files.values())


def _fetch_file(store: Store, key: str, path: Path, entry: Entry) -> None:
    digest, size = hashlib.sha256(), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            for block in store.blocks(key):
                size += len(block)
                if size > entry.bytes:
                    break
                digest.update(block)
                file.write(block)
    except FileNotFoundError:
        raise Damaged(f"{path.name} is not there") from None
    if (size, digest.hexdigest()) != (entry.bytes, entry.sha256):
        raise Damaged(f"{path.name} is not what was written")


def _safe(name: str) -> PurePosixPath:
    """A file's name as a path below its folder: the seal came from elsewhere. Raises Damaged."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name:
        raise Damaged(f"{name!r} is no name of a file")
    return path
