"""Reduce on plateau: the one schedule that looks at how the run goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from engine.schedules.base import Warmup
from engine.spec import RARE


class Plateau(Warmup):
    """Lowers the learning rate whenever the validation loss has stopped falling."""

    title: ClassVar[str] = "Reduce on plateau"
    kind: Literal["plateau"] = "plateau"
    needs_validation: ClassVar[bool] = True
    decay: float = Field(0.5, gt=0, lt=1, description="factor applied each time")
    patience: int = Field(
        3, ge=1, le=10_000, description="evaluations (epochs) without improvement to wait for"
    )
    threshold: float = Field(
        1e-4,
        ge=0,
        lt=1,
        description="a fall by a smaller share of the best loss is no improvement",
        json_schema_extra=RARE,
    )
    floor: float = Field(
        0.0,
        ge=0,
        le=1,
        description="share of the learning rate below which it never goes",
        json_schema_extra=RARE,
    )

    def shape(self, progress: float, losses: Sequence[float]) -> float:  # noqa: ARG002
        return max(self.floor, float(self.decay ** self.drops(losses)))

    def drops(self, losses: Sequence[float]) -> int:
        """How often `losses`, oldest first, have stood still for `patience` evaluations."""
        drops = waited = 0
        best = float("inf")
        for loss in losses:
            if best == float("inf") or loss < best - self.threshold * abs(best):
                best, waited = loss, 0
            else:
                waited += 1
            if waited >= self.patience:
                drops, waited = drops + 1, 0
        return drops
