"""The folders of people's own data: each there whole or not at all, whatever dies when.

<data>/<digest>/            a table: original, table.parquet, facts.json, profile.json
                            images: original, images.parquet, thumbnails.npz, facts.json
                            texts: original, corpus.txt or pairs.parquet, facts.json
<data>/.new-<id>/           one that is being made; its maker holds the lock in it
<data>/.unsure-<digest>     a change of rows and folder is under way, or was when its maker died
<data>/.store.lock          held while folders appear or go
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.saving.durable import sync
from engine.saving.failpoints import failpoint
from jobs.history.database import alone
from jobs.ids import new_id
from jobs.lock import Lock

DIGEST = re.compile(r"[0-9a-f]{64}")
OWNER = ".owner"
NEW, UNSURE = ".new-", ".unsure-"

Known = Callable[[str], bool]
"""whether a row of the history has the digest"""


@dataclass(frozen=True)
class Place:
    """The folder of all."""

    root: Path

    def create(self) -> Place:
        """Makes it, for its owner only. Raises OSError."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def folder(self, digest: str) -> Path:
        """Where the table of that digest lies, or would."""
        assert DIGEST.fullmatch(digest), "only digests become paths"
        return self.root / digest

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else makes folders appear or go."""
        return alone(self.root / ".store")

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """An empty folder to make a table in; what is still there at the end goes."""
        folder = self.root / f"{NEW}{new_id()}"
        lock = Lock(folder / OWNER)
        with self.alone():
            folder.mkdir(mode=0o700)
            lock.take()
        try:
            yield folder
        finally:
            with self.alone():
                shutil.rmtree(folder, ignore_errors=True)
            lock.release()

    @contextmanager
    def changing(self, digest: str, known: Known) -> Iterator[None]:
        """Rows of that digest come or go meanwhile. At the end, and after a death in between, the
        folder is there exactly when a row is.
        """
        mark = self.root / f"{UNSURE}{digest}"
        with self.alone():
            mark.touch()
            sync(self.root)
            try:
                yield
            finally:
                failpoint("data.unsure")
                self._settle(mark, known)

    def appear(self, fresh: Path, digest: str) -> None:
        """Gives a finished folder its name, unless it is there already. While `changing`."""
        folder = self.folder(digest)
        if folder.exists():
            return
        (fresh / OWNER).unlink()
        for path in fresh.iterdir():
            sync(path)
        sync(fresh)
        os.rename(fresh, folder)
        sync(self.root)
        failpoint("data.named")

    def clean(self, known: Known) -> None:
        """Removes what makers that died have left. Another's work under way is let be."""
        with self.alone():
            for mark in self.root.glob(f"{UNSURE}*"):
                self._settle(mark, known)
            for folder in self.root.glob(f"{NEW}*"):
                self._clear(folder)

    def _settle(self, mark: Path, known: Known) -> None:
        digest = mark.name.removeprefix(UNSURE)
        folder = self.folder(digest)
        if folder.exists() and not known(digest):
            gone = self.root / f"{NEW}{new_id()}"
            os.rename(folder, gone)
            sync(self.root)
            shutil.rmtree(gone)
        mark.unlink()

    def _clear(self, folder: Path) -> None:
        lock = Lock(folder / OWNER)
        if lock.take():
            shutil.rmtree(folder)
            lock.release()
