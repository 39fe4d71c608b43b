"""What a checkpoint must contain, byte for byte. One flipped bit anywhere and it is not loaded.

Of 600 single-bit flips `torch.load` accepted 530 with wrong weights: the hash is the check.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from engine.spec import Spec

NAME = "manifest.json"
_SHARD = "shard-"
"""how the file begins that one of several processes wrote (`engine/saving/shards.py`)"""


class Damaged(Exception):
    """A checkpoint that is not what was written; its sentence says where."""


class Facts(Spec):
    """Who wrote the checkpoint, and on what: decides whether a resume is exact."""

    step: int
    attempt: int
    device: str
    """what people call it, e.g. `NVIDIA H200`"""
    threads: int
    """CPU threads of torch; sums on another number of threads round differently"""
    versions: dict[str, str]
    precision: str = "fp32"
    devices: int = 1
    """processes that shared each batch"""
    evaluated: bool = False
    """whether the weights of this very step were evaluated already: the best ones may be these"""


class Entry(Spec):
    """One file: its length in bytes and its SHA-256 in hex."""

    bytes: int
    sha256: str


class Manifest(Spec):
    """Written last. `facts` and every other file of the folder."""

    format: int = 1
    facts: Facts
    files: dict[str, Entry]

    def encode(self) -> bytes:
        """Two lines: the manifest as JSON, and the SHA-256 of that line."""
        line = json.dumps(self.to_dict(), sort_keys=True).encode()
        return line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"


def shard_name(rank: int) -> str:
    """The file that holds the parts of process `rank`."""
    return f"{_SHARD}{rank}.safetensors"


def is_shard(name: str) -> bool:
    """Whether a file holds the parts of one process."""
    return name.startswith(_SHARD)


def entry_of(content: bytes) -> Entry:
    """What the manifest says of a file."""
    return Entry(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def read_verified(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the very bytes that were checked, so that none can change in between.

    Of a sharded checkpoint, which may be larger than a machine's memory, without tensors: whoever
    reads a part of them checks it once more.

    Raises:
        Damaged: something is missing, cut, added or changed, or cannot be read.
    """
    manifest = read_manifest(folder)
    if any(map(is_shard, manifest.files)):
        check(folder)
        files = {n: _read(folder / n) for n in manifest.files if n.endswith(".json")}
    else:
        files = {name: _read(folder / name) for name in manifest.files}
    _refuse_changed(manifest, {name: entry_of(content) for name, content in files.items()})
    return manifest, files


def check(folder: Path) -> None:
    """Looks at every byte, and keeps none.

    Raises:
        Damaged: something is missing, cut, added or changed, or cannot be read.
    """
    manifest = read_manifest(folder)
    _refuse_changed(manifest, {name: _entry_on_disk(folder / name) for name in manifest.files})


def _refuse_changed(manifest: Manifest, found: Mapping[str, Entry]) -> None:
    changed = [name for name, entry in found.items() if entry != manifest.files[name]]
    if changed:
        raise Damaged(f"{', '.join(changed)} is not what was written")


def _entry_on_disk(path: Path) -> Entry:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Entry(bytes=file.tell(), sha256=digest)
    except OSError as error:
        raise Damaged(f"{path.name} cannot be read ({error.strerror})") from error


def read_manifest(folder: Path) -> Manifest:
    """The manifest alone: whether the files are what it says is not looked at.

    Raises:
        Damaged: it is not there, or not what was written.
    """
    content = _read(folder / NAME)
    try:
        manifest = Manifest.model_validate_json(content.partition(b"\n")[0])
    except ValidationError as error:
        raise Damaged(f"{NAME} cannot be read") from error
    if manifest.encode() != content:
        raise Damaged(f"{NAME} is not what was written")
    return manifest


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Damaged(f"{path.name} cannot be read ({error.strerror})") from error
