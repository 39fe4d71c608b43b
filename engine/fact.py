"""What every event has: when it was, at which step, in which fold."""

from __future__ import annotations

import time
from typing import Annotated

from pydantic import Field

from engine.spec import Spec

Seconds = Annotated[float, Field(description="wall-clock time, seconds since 1970 (UTC)")]


class Fact(Spec):
    """A thing that happened at `time`; `step` counts optimizer steps done since the run began."""

    time: Seconds = Field(default_factory=time.time)
    step: int = 0
    fold: int = 0
    """which of the trainings of a cross-validation it belongs to, from 1; 0 for any other run"""
    fold_begin: int = 0
    """steps of the run before this fold began: `step - fold_begin` counts within the fold"""
