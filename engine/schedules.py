"""Learning-rate schedules: pure functions of the step, so a form can draw them before launch.

To add one: write its class here with `shape` and name it in `Schedule`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.spec import Spec


class Warmup(Spec):
    """The common part: linear warm-up over the first steps, then the shape of the schedule."""

    warmup_steps: int = Field(
        0, ge=0, le=1_000_000, description="steps of linear rise from 0 to the full rate; 0 is none"
    )

    def factor(self, step: int, total_steps: int) -> float:
        """What to multiply the learning rate with at `step` (from 0) of `total_steps`."""
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        rest = max(1, total_steps - self.warmup_steps)
        return self.shape(min(1.0, (step - self.warmup_steps) / rest))

    @abstractmethod
    def shape(self, progress: float) -> float:
        """The factor after warm-up; `progress` goes from 0 to 1 over the remaining steps."""


class Constant(Warmup):
    """The same learning rate throughout."""

    title: ClassVar[str] = "Constant"
    kind: Literal["constant"] = "constant"

    def shape(self, progress: float) -> float:  # noqa: ARG002
        return 1.0


class Cosine(Warmup):
    """Half a cosine down to a floor (Loshchilov and Hutter, arXiv:1608.03983, without restarts)."""

    title: ClassVar[str] = "Cosine"
    kind: Literal["cosine"] = "cosine"
    floor: float = Field(0.0, ge=0, le=1, description="share of the learning rate left at the end")

    def shape(self, progress: float) -> float:
        return self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * progress))


class Step(Warmup):
    """Multiplies the learning rate by `decay` at equally spaced moments."""

    title: ClassVar[str] = "Step"
    kind: Literal["step"] = "step"
    drops: int = Field(2, ge=1, le=100, description="number of drops, equally spaced")
    decay: float = Field(0.1, gt=0, lt=1, description="factor applied at each drop")

    def shape(self, progress: float) -> float:
        done = min(self.drops, math.floor(progress * (self.drops + 1)))
        return float(self.decay**done)


Schedule = Annotated[Constant | Cosine | Step, Field(discriminator="kind")]
