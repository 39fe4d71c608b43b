"""The checkpoint a fork begins from: taken over from another run's folder, checked, read.

A hard link a file where the disk can: at once and for no room, and what happens to the other run
afterwards does no harm. Checkpoints are never written again, so the two never differ.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from pydantic import ValidationError

from engine.config import RunConfig
from engine.events import Changed
from engine.saving.checkpoint import Loaded
from engine.saving.durable import sync
from engine.saving.manifest import NAME, Damaged, Manifest, read_manifest, read_verified
from engine.settings.fork import settings_at

FOLDER = "start"
"""in the folder of the fork"""
STATE = "state.json"


def digest_of(checkpoint: Path) -> str:
    """SHA-256 of the manifest, which has those of all files in it.

    Raises:
        Damaged: it is not there, or not what was written.
    """
    return hashlib.sha256(read_manifest(checkpoint).encode()).hexdigest()


def take_over(checkpoint: Path, folder: Path) -> None:
    """Puts the files of a checkpoint into `folder`, the run's that begins from it, as `start`.

    Raises:
        Damaged: a file is missing or has another length.
        OSError: the disk refuses.
    """
    manifest = read_manifest(checkpoint)
    _refuse_cut(checkpoint, manifest)
    folder.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".start-", dir=folder))
    try:
        for name in (*manifest.files, NAME):
            _link(checkpoint / name, new / name)
        sync(new)
        new.rename(folder / FOLDER)
        sync(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def begin_of(folder: Path, digest: str) -> Loaded:
    """The checkpoint that the run in `folder` begins from, every byte of it checked.

    Raises:
        Damaged: it is not there, not what was written, or another one.
    """
    manifest, files = read_verified(folder / FOLDER)
    if hashlib.sha256(manifest.encode()).hexdigest() != digest:
        raise Damaged("it is another checkpoint than the one that was chosen")
    return Loaded(folder / FOLDER, manifest, files)


def settings_of(checkpoint: Path) -> RunConfig:
    """The settings in force when a checkpoint was written, and the plan from there on. No torch.

    Raises:
        Damaged: they cannot be read, or are those of another version of Trainyard.
    """
    try:
        content = json.loads((checkpoint / STATE).read_bytes())
        config = RunConfig.model_validate_json(json.dumps(content["config"]))
        changes = content["progress"].get("changes", [])
        made = [Changed.model_validate_json(json.dumps(each)) for each in changes]
    except (OSError, ValidationError, ValueError, KeyError) as error:
        raise Damaged(f"its settings cannot be read ({type(error).__name__})") from error
    return settings_at(config, made)


def _refuse_cut(checkpoint: Path, manifest: Manifest) -> None:
    """The hashes are checked when the run begins: gigabytes would keep a person waiting."""
    for name, entry in manifest.files.items():
        try:
            found = (checkpoint / name).stat().st_size
        except OSError as error:
            raise Damaged(f"{name} cannot be read ({error.strerror})") from error
        if found != entry.bytes:
            raise Damaged(f"{name} has {found:,} bytes instead of {entry.bytes:,}")


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(source, target)
        sync(target)
