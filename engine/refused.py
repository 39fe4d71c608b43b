"""The event of a step that the guard refused."""

from __future__ import annotations

from typing import Literal

from engine.fact import Fact


class Refused(Fact):
    """Step `step` was not taken: its batch was passed over, and the weights went back."""

    kind: Literal["refused"] = "refused"
    reason: str
    """e.g. `loss became NaN`"""
    loss: float
    gradient_norm: float
    batch: str
    """which one it was, in words"""
    rows: list[int] = []
    """row numbers in the data set, those of up to 64 samples"""
    left_out: list[int] = []
    """rows that are not finite themselves, and are left out from now on"""
    back_to: int = 0
    """the step whose weights the run has again"""
