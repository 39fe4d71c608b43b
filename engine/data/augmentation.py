"""Settings of image augmentation; `engine/loop/augment.py` does it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import Field

from engine.data.card import Card
from engine.data.shuffle import Purpose, mix
from engine.problem import Problem
from engine.spec import RARE, Spec


class Augmentation(Spec):
    """Every training step sees the images changed anew, so that a few do the work of many.

    Validation and test see them as they are. Choose only changes that leave the class what it
    is: a mirrored cat is a cat, a mirrored 2 is nothing.
    """

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
    noise: float = Field(
        0.0,
        ge=0,
        le=10,
        description="deviation of noise added to each pixel, after scaling (0 to 1 for minmax)",
        json_schema_extra=RARE,
    )

    def own_share(self, seed: int, step: int) -> float:
        """The larger share of a blend in this step; 1 without mixup."""
        if not self.mixup:
            return 1.0
        generator = np.random.Generator(np.random.PCG64(mix(seed, Purpose.MIXUP, step)))
        share = float(generator.beta(self.mixup, self.mixup))
        return max(share, 1 - share)

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
