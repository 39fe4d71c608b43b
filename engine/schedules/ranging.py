"""The learning-rate range test: a short run that finds a learning rate for the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from engine.schedules.base import ScheduleSpec
from engine.spec import RARE


class RangeTest(ScheduleSpec):
    """A run of its own that tries all learning rates, from tiny to too large (Smith, 2017).

    The learning rate rises by the same factor in each step; the run ends when the loss blows up
    and suggests the rate at which it fell fastest. The optimizer's own rate is not used. A few
    hundred steps are enough (steps, under training).
    """

    title: ClassVar[str] = "Range test"
    kind: Literal["range_test"] = "range_test"
    explores: ClassVar[bool] = True
    warmup_steps: ClassVar[int] = 0
    lowest: float = Field(1e-6, gt=0, le=10, description="learning rate of the first step")
    highest: float = Field(10.0, gt=0, le=100, description="learning rate of the last step")
    blow_up: float = Field(
        4.0,
        gt=1,
        le=1e6,
        description="ends when the smoothed loss is so many times its lowest",
        json_schema_extra=RARE,
    )

    @model_validator(mode="after")
    def _rises(self) -> RangeTest:
        if self.lowest >= self.highest:
            raise ValueError(
                f"lowest must be below highest ({self.highest:g}); {self.lowest:g} was given"
            )
        return self

    def rate(
        self,
        learning_rate: float,  # noqa: ARG002
        step: int,
        total_steps: int,
        losses: Sequence[float] = (),
    ) -> float:
        """From `lowest` to `highest`, whatever the optimizer's own."""
        return self.highest * self.factor(step, total_steps, losses)

    def factor(
        self,
        step: int,
        total_steps: int,
        losses: Sequence[float] = (),  # noqa: ARG002
    ) -> float:
        """The share of `highest`."""
        progress = min(1.0, step / max(1, total_steps - 1))
        return float((self.lowest / self.highest) ** (1 - progress))
