"""Checkpoints on disk: new folders that appear whole or not at all, and are never overwritten.

Order: files -> fsync -> manifest -> fsync -> rename -> fsync of the parent -> old ones away.
Knows bytes only; what is in them is `engine/loop/state.py`'s affair. Of a sharded run every process
writes a file of its own into the new folder (`engine/saving/together.py`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.saving.content import Content, Files
from engine.saving.durable import FULL, sync, write_synced
from engine.saving.failpoints import failpoint
from engine.saving.fence import Fence
from engine.saving.manifest import (
    NAME,
    Damaged,
    Facts,
    Manifest,
    check,
    read_verified,
)
from engine.saving.names import published
from engine.saving.pins import pinned

KEPT = 2
"""good checkpoints left in the folder: the newest may meet a bad sector"""


class CheckpointError(Exception):
    """A checkpoint could not be written; the one before it is as it was."""


class DiskFull(CheckpointError):
    """The same, because nothing more fits there."""

    def __init__(self, sentence: str, need: str) -> None:
        super().__init__(sentence)
        self.need = need
        """`needs 1.2 GB in /runs/x/checkpoints, 0.3 GB free`"""


@dataclass(frozen=True)
class Saved:
    """A checkpoint that is now on disk."""

    name: str
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Loaded:
    """A checkpoint that verified. `files`: without the tensors of a sharded one."""

    folder: Path
    manifest: Manifest
    files: dict[str, bytes]

    @property
    def name(self) -> str:
        """What it is called among those of its run."""
        return self.folder.name


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one run, as one attempt sees them."""

    folder: Path
    attempt: int

    def open(self) -> None:
        """Makes the folder, takes it for this attempt and removes what a crash left half done.

        Raises:
            Fenced: a later attempt has it.
            CheckpointError: the folder cannot be made or written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._fence().held():
                for half in self.folder.glob(".new-*"):
                    shutil.rmtree(half, ignore_errors=True)
        except OSError as error:
            raise _refusal(error, self.folder, 0) from error

    def newest(self) -> tuple[Loaded | None, list[str]]:
        """The newest that verifies, if any, and a sentence for each damaged one passed over."""
        damaged: list[str] = []
        for step, name in self._names():
            try:
                manifest, files = read_verified(self.folder / name)
            except Damaged as error:
                damaged.append(f"the checkpoint at step {step} ({name}) is damaged: {error}")
            else:
                return Loaded(self.folder / name, manifest, files), damaged
        return None, damaged

    def save(self, content: Content | Mapping[str, bytes], facts: Facts) -> Saved:
        """Writes one checkpoint, then removes good ones that are no longer needed.

        Raises:
            Fenced: a later attempt owns the folder; nothing was published.
            CheckpointError: the disk refused; the previous checkpoint is intact.
        """
        begun = time.perf_counter()
        content = Files(content) if isinstance(content, Mapping) else content
        name = f"step-{facts.step}{'-evaluated' if facts.evaluated else ''}-a{self.attempt}"
        try:
            size = self._write(name, content, facts)
        except OSError as error:
            with self._fence().held():  # if we were fenced meanwhile, say that instead
                raise _refusal(error, self.folder, content.size()) from error
        return Saved(name, size, time.perf_counter() - begun)

    def keep_newest(self) -> None:
        """Removes all but the newest good one and those that people pinned: a training that is
        over goes on from nowhere.

        Raises:
            Fenced: a later attempt owns the folder.
        """
        with self._fence().held():
            loaded, _ = self.newest()
            kept = {loaded.name, *pinned(self.folder)} if loaded else set()
            for _, name in self._names() if loaded else ():
                if name not in kept and self._is_good(name):
                    shutil.rmtree(self.folder / name, ignore_errors=True)

    def _write(self, name: str, content: Content, facts: Facts) -> int:
        """Its size in bytes."""
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
        try:
            failpoint("checkpoint.before_files")
            manifest = Manifest(facts=facts, files=content.write(new))
            write_synced(new / NAME, manifest.encode())
            failpoint("checkpoint.after_manifest")
            sync(new)
            failpoint("checkpoint.before_rename")
            with self._fence().held():
                self._publish(new, name)
            return sum(entry.bytes for entry in manifest.files.values())
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _publish(self, new: Path, name: str) -> None:
        target = self.folder / name
        if target.exists():  # after a resume at this very step
            if self._is_good(name):
                return
            os.replace(target, self.folder / f"damaged-{new.name.removeprefix('.new-')}")
            failpoint("checkpoint.after_making_room")
        new.rename(target)
        failpoint("checkpoint.after_rename")
        sync(self.folder)
        failpoint("checkpoint.after_sync")
        self._remove_old(name)
        failpoint("checkpoint.after_removal")

    def _remove_old(self, newest: str) -> None:
        """Keeps the newest and the next good ones, and all that people pinned.

        Damaged ones stay, they are evidence.
        """
        good, kept = [newest], pinned(self.folder)
        for _, name in self._names():
            if name == newest or name in kept or not self._is_good(name):
                continue
            if len(good) < KEPT:
                good.append(name)
            else:
                shutil.rmtree(self.folder / name, ignore_errors=True)

    def _is_good(self, name: str) -> bool:
        try:
            check(self.folder / name)
        except Damaged:
            return False
        return True

    def _names(self) -> list[tuple[int, str]]:
        """Step and name of each published checkpoint, newest first.

        One made after the evaluation at a step is newer than one made before it.
        """
        return [(each.step, each.name) for each in published(self.folder)]

    def _fence(self) -> Fence:
        return Fence(self.folder, self.attempt)


def _refusal(error: OSError, folder: Path, size: int) -> CheckpointError:
    if error.errno in FULL:
        free = shutil.disk_usage(folder).free
        sentence = (
            f"the disk is full: the checkpoint needs {_large(size)} and {folder} has "
            f"{_large(free)} left; the checkpoint before it is intact; free some space"
        )
        return DiskFull(sentence, f"needs {_large(size)} in {folder}, {_large(free)} free")
    return CheckpointError(
        f"the checkpoint could not be written to {error.filename or folder} ({error.strerror}); "
        "the one before it is intact; check that the folder exists and may be written"
    )


def _large(number: int) -> str:
    """`1.2 GB`, `34.5 MB`, `6.7 kB`."""
    if number < 1e5:
        return f"{number / 1e3:.1f} kB"
    return f"{number / 1e9:.1f} GB" if number >= 1e8 else f"{number / 1e6:.1f} MB"
