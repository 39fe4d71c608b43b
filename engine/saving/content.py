"""What a checkpoint is to hold, as bytes: written into its new folder before that gets its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.saving.durable import write_synced
from engine.saving.failpoints import failpoint
from engine.saving.manifest import Entry, entry_of


class Content(Protocol):
    """What a checkpoint is to hold."""

    def size(self) -> int:
        """Bytes, about: what a full disk would have to have room for."""

    def write(self, folder: Path) -> dict[str, Entry]:
        """Writes all of it into a new folder and forces it to the disk; what each file is.

        Raises:
            OSError: the disk refused.
        """


@dataclass(frozen=True)
class Files:
    """Contents in memory, by the names of files."""

    files: Mapping[str, bytes]

    def size(self) -> int:
        """Bytes in all."""
        return sum(len(content) for content in self.files.values())

    def write(self, folder: Path) -> dict[str, Entry]:
        """One after the other."""
        for name, content in self.files.items():
            write_synced(folder / name, content)
            failpoint("checkpoint.after_file")
        return {name: entry_of(content) for name, content in self.files.items()}
