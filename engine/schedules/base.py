"""What every schedule is: a learning rate at each step, known without training."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from engine.spec import Spec


class ScheduleSpec(Spec):
    """The base of every schedule. Steps count from 0."""

    needs_validation: ClassVar[bool] = False
    """whether it looks at validation losses, so that it cannot be drawn before the run"""

    explores: ClassVar[bool] = False
    """whether the run is a test of learning rates, and its weights are of no use"""

    def rate(
        self, learning_rate: float, step: int, total_steps: int, losses: Sequence[float] = ()
    ) -> float:
        """The learning rate of `step`; `losses` are the validation losses so far, oldest first."""
        return learning_rate * self.factor(step, total_steps, losses)

    @abstractmethod
    def factor(self, step: int, total_steps: int, losses: Sequence[float] = ()) -> float:
        """What to multiply the learning rate with at `step` of `total_steps`."""


class Warmup(ScheduleSpec):
    """The common part: linear warm-up over the first steps, then the shape of the schedule."""

    warmup_steps: int = Field(
        0, ge=0, le=1_000_000, description="steps of linear rise from 0 to the full rate; 0 is none"
    )

    def factor(self, step: int, total_steps: int, losses: Sequence[float] = ()) -> float:
        """What to multiply the learning rate with at `step` of `total_steps`."""
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        rest = max(1, total_steps - self.warmup_steps)
        return self.shape(min(1.0, (step - self.warmup_steps) / rest), losses)

    @abstractmethod
    def shape(self, progress: float, losses: Sequence[float]) -> float:
        """The factor after warm-up; `progress` goes from 0 to 1 over the remaining steps."""
