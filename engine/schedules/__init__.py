"""Learning-rate schedules: pure functions of the step, so a form can draw them before launch.

To add one: write its class with `shape` in its family's file and name it in the union there.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.schedules.base import ScheduleSpec, Warmup
from engine.schedules.cycle import OneCycle
from engine.schedules.decay import (
    Constant,
    Cosine,
    Decay,
    Exponential,
    Linear,
    Polynomial,
    Step,
)
from engine.schedules.plateau import Plateau
from engine.schedules.ranging import RangeTest

__all__ = [
    "Constant",
    "Cosine",
    "Exponential",
    "Linear",
    "OneCycle",
    "Plateau",
    "Polynomial",
    "RangeTest",
    "Schedule",
    "ScheduleSpec",
    "Step",
    "Warmup",
]

Schedule = Annotated[Decay | OneCycle | Plateau | RangeTest, Field(discriminator="kind")]
