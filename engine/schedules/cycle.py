"""One-cycle: up to a high learning rate, then far down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from engine.schedules.base import Warmup
from engine.spec import RARE


class OneCycle(Warmup):
    """Rises to the learning rate, then falls far below the start (Smith and Topin, 1708.07120).

    Both ways are half a cosine. The momentum stays as it is.
    """

    title: ClassVar[str] = "One-cycle"
    kind: Literal["one_cycle"] = "one_cycle"
    rise: float = Field(0.3, gt=0, lt=1, description="share of the steps spent rising")
    start: float = Field(0.04, gt=0, le=1, description="share of the learning rate it begins with")
    floor: float = Field(
        4e-6,
        ge=0,
        le=1,
        description="share of the learning rate left at the end",
        json_schema_extra=RARE,
    )

    def shape(self, progress: float, losses: Sequence[float]) -> float:  # noqa: ARG002
        if progress < self.rise:
            return _between(self.start, 1.0, progress / self.rise)
        return _between(1.0, self.floor, (progress - self.rise) / (1 - self.rise))


def _between(start: float, end: float, progress: float) -> float:
    """Half a cosine from `start` to `end`."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * progress))
