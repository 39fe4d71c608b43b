"""What is known of images that were read."""

from __future__ import annotations

from typing import Literal

from engine.spec import Spec

ORIGINAL = "original"
INDEX = "images.parquet"
THUMBNAILS = "thumbnails.npz"

PARTS = ("train", "validation", "test")
MOST_NAMED = 200
"""entries that are told by name; beyond that their number"""


class FolderClass(Spec):
    """A class, as its folder is called."""

    name: str
    images: int
    parts: dict[str, int] = {}
    """images in each part, where the archive divides them"""


class Lost(Spec):
    """An image that is not kept, and why."""

    name: str
    why: str


class ImageFacts(Spec):
    """Everything that was found and decided."""

    format: Literal["images"] = "images"
    images: int
    classes: list[FolderClass]
    """in the order of their labels"""
    parts: dict[str, int] = {}
    """images in `train`, `validation`, `test`, where the archive's folders divide them"""
    smallest: tuple[int, int]
    """width and height"""
    largest: tuple[int, int]
    commonest: tuple[int, int]
    commonest_images: int
    grey: int
    """images without colour, however they are stored"""
    formats: dict[str, int]
    """images by file format, the most frequent first"""
    lost: list[Lost] = []
    """the first of the images that cannot be read, or lie in no class"""
    lost_images: int = 0
    strangers: list[str] = []
    """the first of the files that are no images, which are left out"""
    stranger_files: int = 0
    notes: list[str] = []
    """what was converted, guessed or passed over"""

    @property
    def channels(self) -> int:
        """1 where no image has colour, else 3."""
        return 1 if self.grey == self.images else 3
