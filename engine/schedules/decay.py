"""Schedules that keep the learning rate or only lower it, by the step alone.

To add one to this family, write its class here with `shape` and name it in `Decay`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from engine.schedules.base import Warmup


class Constant(Warmup):
    """The same learning rate throughout."""

    title: ClassVar[str] = "Constant"
    kind: Literal["constant"] = "constant"

    def shape(self, progress: float, losses: Sequence[float]) -> float:  # noqa: ARG002
        return 1.0


class Cosine(Warmup):
    """Half a cosine down to a floor (Loshchilov and Hutter, arXiv:1608.03983, without restarts)."""

    title: ClassVar[str] = "Cosine"
    kind: Literal["cosine"] = "cosine"
    floor: float = Field(0.0, ge=0, le=1, description="share of the learning rate left at the end")

    def shape(self, progress: float, losses: Sequence[float]) -> float:  # noqa: ARG002
        return self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * progress))


class Step(Warmup):
    """Multiplies the learning rate by `decay` at equally spaced moments."""

    title: ClassVar[str] = "Step"
    kind: Literal["step"] = "step"
    drops: int = Field(2, ge=1, le=100, description="number of drops, equally spaced")
    decay: float = Field(0.1, gt=0, lt=1, description="factor applied at each drop")

    def shape(self, progress: float, losses: Sequence[float]) -> float:  # noqa: ARG002
        done = min(self.drops, math.floor(progress * (self.drops + 1)))
        return float(self.decay**done)


class Linear(Warmup):
    """A straight line down to a floor, as BERT is fine-tuned."""

    title: ClassVar[str] = "Linear"
    kind: Literal["linear"] = "linear"
    floor: float = Field(0.0, ge=0, le=1, description="share of the learning rate left at the end")

    def shape(self, progress: float, losses: Sequence[float]) -> float:  # noqa: ARG002
        return self.floor + (1 - self.floor) * (1 - progress)


class Polynomial(Warmup):
    """A power of the share of steps that is left, down to a floor."""

    title: ClassVar[str] = "Polynomial"
    kind: Literal["polynomial"] = "polynomial"
    power: float = Field(2.0, gt=0, le=10, description="1 is a line; more falls earlier")
    floor: float = Field(0.0, ge=0, le=1, description="share of the learning rate left at the end")

    def shape(self, progress: float, losses: Sequence[float]) -> float:  # noqa: ARG002
        return float(self.floor + (1 - self.floor) * (1 - progress) ** self.power)


class Exponential(Warmup):
    """Falls by the same factor in every step."""

    title: ClassVar[str] = "Exponential"
    kind: Literal["exponential"] = "exponential"
    floor: float = Field(0.01, gt=0, le=1, description="share of the learning rate left at the end")

    def shape(self, progress: float, losses: Sequence[float]) -> float:  # noqa: ARG002
        return float(self.floor**progress)


Decay = Cosine | Linear | Constant | Step | Exponential | Polynomial
