"""Images that are stored on this machine, by their digest."""

from __future__ import annotations

from engine.data.folders.facts import ImageFacts
from engine.data.own.kept import Kept, listed, readable

TAKEN_IN = "images-v1"
"""folder in the cache of archives that `python -m engine` was given; another version reads anew"""


class StoredImages(Kept[ImageFacts]):
    """Images on this machine."""

    facts_are = ImageFacts
    counted = "images"


def readable_images(images: str) -> StoredImages | None:
    """The images of this digest; None where they are not on this machine, or are no images."""
    return readable(StoredImages, images, TAKEN_IN)


def stored_images() -> dict[str, str]:
    """The images of this machine by digest, the newest first, and how many each has."""
    return listed(
        readable_images,
        lambda each: f"{each.facts.images:,} images, {len(each.facts.classes):,} classes",
    )
