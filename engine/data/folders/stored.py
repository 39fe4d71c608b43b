"""Images that are stored on this machine, by their digest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from engine.data.folders.facts import ImageFacts
from engine.data.own.places import digests, folder_of
from engine.data.tables.facts import FACTS

TAKEN_IN = "images-v1"
"""folder in the cache of archives that `python -m engine` was given; another version reads anew"""


@dataclass(frozen=True)
class StoredImages:
    """Images on this machine. `stamp` tells them from others that were put in their place."""

    folder: Path
    stamp: int

    @property
    def facts(self) -> ImageFacts:
        """What is known of them without opening one."""
        return _facts(self.folder, self.stamp)


def readable_images(images: str) -> StoredImages | None:
    """The images of this digest; None where they are not on this machine, or are no images."""
    found = folder_of(images, TAKEN_IN)
    if found is None:
        return None
    stored = StoredImages(*found)
    try:
        return stored if stored.facts.images else None
    except (OSError, ValidationError):
        return None


def stored_images() -> dict[str, str]:
    """The images of this machine by digest, the newest first, and how many each has."""
    found = [each for digest in digests() if (each := readable_images(digest)) is not None]
    return {
        each.folder.name: f"{each.folder.name[:8]} · {each.facts.images:,} images, "
        f"{len(each.facts.classes):,} classes"
        for each in sorted(found, key=lambda each: each.stamp, reverse=True)
    }


@lru_cache(maxsize=32)
def _facts(folder: Path, stamp: int) -> ImageFacts:  # noqa: ARG001
    return ImageFacts.model_validate_json((folder / FACTS).read_text(encoding="utf-8"))
