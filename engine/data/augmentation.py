"""Settings of augmentation: of images, tables and series. `engine/loop/` does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from engine.data.blend import Blend, drawn_blend
from engine.data.card import Card
from engine.problem import Problem
from engine.spec import RARE, Spec


class Augmentation(Spec):
    """Every training step sees the images changed anew, so that a few do the work of many.

    Validation and test see them as they are. Choose only changes that leave the class what it
    is: a mirrored cat is a cat, a mirrored 2 is nothing.
    """

    forkable: ClassVar[bool] = True
    shift: int = Field(
        0,
        ge=0,
        le=128,
        description="move by up to so many pixels each way (a random crop of the padded image); "
        "the pixels at the edge are repeated",
    )
    flip: bool = Field(False, description="mirror half of the images left to right; not for digits")
    rotation: float = Field(
        0.0, ge=0, le=180, description="turn by up to so many degrees, either way"
    )
    zoom: float = Field(
        0.0, ge=0, le=0.9, description="enlarge or shrink by up to this share, e.g. 0.1"
    )
    brightness: float = Field(
        0.0,
        ge=0,
        le=1,
        description="brighten or darken by up to this share, e.g. 0.2",
        json_schema_extra=RARE,
    )
    contrast: float = Field(
        0.0,
        ge=0,
        le=1,
        description="strengthen or weaken the distance to the image's mean by up to this share",
        json_schema_extra=RARE,
    )
    saturation: float = Field(
        0.0,
        ge=0,
        le=1,
        description="strengthen or weaken the colours by up to this share",
        json_schema_extra=RARE,
    )
    cutout: int = Field(
        0,
        ge=0,
        le=1024,
        description="side of a square, in pixels, painted over with the image's mean "
        "(DeVries and Taylor 2017)",
        json_schema_extra=RARE,
    )
    mixup: float = Field(
        0.0,
        ge=0,
        le=10,
        description="blend pairs of images and their losses, by a share that is drawn from "
        "Beta(a, a); 0.2 blends a little, 1 evenly (Zhang et al. 2018); 0 is none",
        json_schema_extra=RARE,
    )
    cutmix: float = Field(
        0.0,
        ge=0,
        le=10,
        description="paste a box of another image, whose loss counts by the box's area; the area "
        "is drawn from Beta(a, a), 1 is evenly (Yun et al. 2019); beside mixup every step takes "
        "one of the two",
        json_schema_extra=RARE,
    )
    noise: float = Field(
        0.0,
        ge=0,
        le=10,
        description="deviation of noise added to each pixel, after scaling (0 to 1 for minmax)",
        json_schema_extra=RARE,
    )

    @property
    def jitters(self) -> bool:
        """Whether colours are changed."""
        return bool(self.brightness or self.contrast or self.saturation)

    def blend(self, shape: tuple[int, ...], seed: int, step: int) -> Blend:
        """Of images `(channels, height, width)` in this step."""
        return drawn_blend(self.mixup, self.cutmix, shape, (seed, step))

    def problems(self, card: Card) -> Iterator[Problem]:
        """What would leave nothing of an image of this size."""
        side = min(card.shape[1:])
        for name, value in (("shift", self.shift), ("cutout", self.cutout)):
            if value >= side:
                yield Problem(
                    f"data.augmentation.{name}",
                    f"{value} pixels are the whole of an image of "
                    f"{card.shape[1]}x{card.shape[2]}; use at most {side // 2}",
                )
        if self.saturation and card.shape[0] == 1:
            yield Problem(
                "data.augmentation.saturation",
                "grey images have no colours to strengthen; use 0, or brightness and contrast",
            )


class TableAugmentation(Spec):
    """Every training step sees the numbers of a row changed anew; never its categories, truths
    and dates. Validation and test see them as they are.
    """

    forkable: ClassVar[bool] = True
    noise: float = Field(
        0.0,
        ge=0,
        le=10,
        description="noise added to each number, in standard deviations of its column, e.g. 0.1; "
        "never to categories",
        json_schema_extra=RARE,
    )
    dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="share of the numbers that are set to the mean of their column, as if they "
        "were missing",
        json_schema_extra=RARE,
    )

    def told(self) -> str:
        """What is done, in words; empty where nothing is."""
        said = [f"noise of {self.noise:g} deviations"] if self.noise else []
        if self.dropout:
            said.append(f"{100 * self.dropout:g} % set to the mean")
        return ", ".join(said)


class SeriesAugmentation(Spec):
    """Every training step sees the series changed anew; validation and test see them as they
    are.
    """

    forkable: ClassVar[bool] = True
    noise: float = Field(
        0.0,
        ge=0,
        le=10,
        description="noise added to each value, in standard deviations of its feature, e.g. 0.1",
        json_schema_extra=RARE,
    )
    scale: float = Field(
        0.0,
        ge=0,
        le=0.9,
        description="stretch or flatten each series around its own mean by up to this share",
        json_schema_extra=RARE,
    )
    shift: int = Field(
        0,
        ge=0,
        le=10_000,
        description="move in time by up to so many places each way; the value at the end is "
        "repeated",
        json_schema_extra=RARE,
    )

    def problems(self, card: Card) -> Iterator[Problem]:
        """What would leave nothing of a series of this length."""
        if self.shift >= card.shape[0]:
            yield Problem(
                "data.augmentation.shift",
                f"{self.shift} places are the whole of a series of {card.shape[0]}; use at most "
                f"{card.shape[0] // 2}",
            )
