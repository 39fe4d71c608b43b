"""`data=image_folder`: training on images of one's own, in a folder for each class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from engine.data.builtin import Scaling
from engine.data.cache import Pair
from engine.data.card import Card
from engine.data.divide import divide, drawn
from engine.data.folders.facts import PARTS
from engine.data.folders.stored import StoredImages, readable_images, stored_images
from engine.data.images import Images
from engine.data.own.places import DIGEST
from engine.data.raw import Labels
from engine.data.split import Split
from engine.problem import Problem
from engine.spec import FIRST, IMAGES

if TYPE_CHECKING:
    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary

MOST_NUMBERS = 500_000_000
"""pixels of all images and colours: each takes 5 bytes while they are made ready"""
_HOW = "add a zip of class folders with ./trainyard data add FILE, then choose it here"


class ImageFolder(Images):
    """Images of your own: a zip with a folder for each class.

    They are made equally large; the means and deviations they are scaled by are measured on the
    training part alone.
    """

    title: ClassVar[str] = "Own images"
    own: ClassVar[bool] = True
    kind: Literal["image_folder"] = "image_folder"
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="image",
        samples=1000,
        shape=(3, 32, 32),
        classes=("no", "yes"),
        source="your own",
        licence="your own",
    )
    """what the rest of the settings goes by until images are chosen"""

    images: str = Field(
        "",
        max_length=4096,
        description="the stored images, by their digest; for python -m engine also a zip",
        json_schema_extra=IMAGES,
    )
    size: int = Field(
        32, ge=4, le=1024, description="height and width in pixels", json_schema_extra=FIRST
    )
    channels: Literal["auto", "grey", "colour"] = Field(
        "auto",
        description="auto: grey where no image has colour",
        json_schema_extra=FIRST,
    )
    fit: Literal["crop", "pad", "stretch"] = Field(
        "crop",
        description="what makes an image square: crop cuts its longer side, pad adds black, "
        "stretch distorts",
        json_schema_extra=FIRST,
    )
    parts: Literal["given", "drawn"] = Field(
        "given",
        description="given: the folders train, validation and test of the archive where it has "
        "them; drawn: shares of all images",
        json_schema_extra=FIRST,
    )
    scaling: Scaling = "standard"

    @property
    def card(self) -> Card:
        stored = readable_images(self.images)
        if stored is None:
            return replace(self.facts, shape=(self._channels(None), self.size, self.size))
        return replace(
            self.facts,
            samples=stored.facts.images,
            shape=(self._channels(stored), self.size, self.size),
            classes=tuple(each.name for each in stored.facts.classes),
        )

    def _channels(self, stored: StoredImages | None) -> int:
        if self.channels == "auto":
            return stored.facts.channels if stored else 3
        return 1 if self.channels == "grey" else 3

    def sizes(self) -> dict[str, int]:
        given = self._given()
        if not given:
            return super().sizes()
        rows = drawn(self.card.samples, self.limit, self.split.seed)
        counts = {name: int((codes(given)[rows] == n).sum()) for n, name in enumerate(PARTS)}
        rest = self._rest(given).sizes(counts["train"])
        return {name: counts[name] if name in given else rest[name] for name in PARTS} | {
            "train": rest["train"]
        }

    def divide(self, rows: Labels, labels: Labels | None) -> dict[str, Labels]:
        """Positions in `rows` of each part; a part that is not given is drawn from `train`."""
        given = self._given()
        if not given:
            return super().divide(rows, labels)
        code = codes(given)[rows]
        train = np.flatnonzero(code == 0)
        chosen = None if labels is None else labels[train]
        found = divide(self._rest(given), len(train), chosen)
        places = {name: train[each] for name, each in found.items()}
        fixed = {name: np.flatnonzero(code == n) for n, name in enumerate(PARTS) if n}
        return {**places, **{name: each for name, each in fixed.items() if name in given}}

    def _given(self) -> Mapping[str, int]:
        """Images in each part that the archive divides them into; empty where it does not."""
        stored = readable_images(self.images)
        return stored.facts.parts if stored and self.parts == "given" else {}

    def _rest(self, given: Mapping[str, int]) -> Split:
        """What is still drawn of the training folder."""
        change: dict[str, object] = {}
        if "validation" in given:
            change["validation"] = 0.0
        if "test" in given:
            change |= {"test": 0.0, "folds": None, "fold": None}
        return self.split.model_copy(update=change)

    def problems(self) -> Iterator[Problem]:
        stored = readable_images(self.images)
        if stored is None:
            yield Problem("data.images", _no_images(self.images))
            return
        yield from super().problems()
        yield from self._room()
        if self.split.folds and "test" in self._given():
            yield Problem(
                "data.split.folds",
                "the archive has a folder for the test, so no fold can take its place; choose "
                "data.parts=drawn, or leave folds empty",
            )
        few = [each.name for each in stored.facts.classes if each.images < 2]
        if few:
            yield Problem(
                "data.images",
                f"the class {few[0]} has one image, and a class needs at least 2, one to learn "
                "from and one to check with; add some, or take its folder out",
            )

    def _room(self) -> Iterator[Problem]:
        card = self.card
        if (numbers := card.samples * card.features) > MOST_NUMBERS:
            yield Problem(
                "data.size",
                f"{card.samples:,} images of {self.size}x{self.size} pixels are {numbers:,} "
                f"numbers and do not fit into memory; at most {MOST_NUMBERS:,} do: choose a "
                "smaller size, or grey",
            )

    def offers(self) -> Mapping[str, Mapping[str, str]]:
        return {"images": stored_images()}

    def labels(self) -> Labels:
        from engine.data.folders.index import read_index

        return read_index(self.opened().folder)[1]

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:
        prepared = super().prepare(vocabulary)
        return replace(prepared, told=self._told(prepared.samples))

    def _told(self, samples: Mapping[str, int]) -> dict[str, str]:
        """What was done to the images, in words."""
        facts, used = self.opened().facts, sum(samples.values())
        left = [f"{facts.images - used:,} by limit"] if used < facts.images else []
        if facts.lost_images:
            left.append(f"{facts.lost_images:,} that cannot be read or have no class")
        colour = "grey" if self.card.shape[0] == 1 else "colour"
        given = self._given()
        return {
            "images": f"{used:,}: " + (f"left out: {', '.join(left)}" if left else "all of them"),
            "size": f"{self.size}x{self.size} {colour}: {self.fit}",
            "parts": f"given: {', '.join(given)} of the archive"
            if given
            else "drawn: by the seed of the split",
        }

    def opened(self) -> StoredImages:
        """The images on this machine.

        Raises:
            FileNotFoundError: they are not there.
        """
        found = readable_images(self.images)
        if found is None:
            raise FileNotFoundError(
                f"the images {self.images} are not on this machine; choose others, or add them "
                "again"
            )
        return found

    def _cache_key(self) -> str:
        return f"images-{self.images[:32]}-{self.size}-{self.card.shape[0]}-{self.fit}-v1"

    def _parse(self) -> Pair:
        from engine.data.folders.decode import decode

        return decode(self.opened().folder, self.size, self.card.shape[0], self.fit)


def codes(given: Mapping[str, int]) -> Labels:
    """The part of each row, by its position in `PARTS`: rows are in their order."""
    counts = [given.get(name, 0) for name in PARTS]
    return np.repeat(np.arange(len(PARTS)), counts)


def _no_images(name: str) -> str:
    if not name:
        return f"no images are chosen; {_HOW}"
    if not DIGEST.fullmatch(name):
        return f"{name} are no stored images; {_HOW}. A zip can be named for python -m engine alone"
    return "the images were deleted, or are not on this machine; choose others"
