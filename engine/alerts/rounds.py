"""What rules over evaluations look at: the losses of one evaluation after the other."""

from __future__ import annotations

from engine.spec import Spec


class Round(Spec):
    """What there was between two evaluations, and the second of them. Losses of one unit."""

    step: int
    """of the evaluation"""
    training: float
    """mean loss of the steps before it"""
    validation: float | None
    """None where there is no validation part"""
    share: float
    """of the run that these steps are, 0 to 1"""
