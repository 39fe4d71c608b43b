"""A plateau: neither the training nor the validation loss gets better any more."""

from __future__ import annotations

import math

from engine.alerts.rounds import Round
from engine.alerts.words import short
from engine.events import Alert
from engine.spec import Spec

FALL = 0.01
"""share of a loss by which it must fall to count as better"""
AGAIN = 0.1
"""share by which one of them must fall after a plateau was told, before another one can be"""
SHARE = 0.1
"""of the run that a plateau takes at least: tiny epochs are no evidence, many of them are"""


class Plateau(Spec):
    """The lowest losses so far, and since when neither fell; part of a checkpoint."""

    training: float = math.inf
    validation: float = math.inf
    step: int = 0
    """of the last round in which one of them fell"""
    rounds: int = 0
    """since then"""
    share: float = 0.0
    """of the run since then"""
    told: tuple[float, float] | None = None
    """both losses when the last plateau was told, until one of them has really fallen"""
    times: int = 0
    """that one was told; each must last twice as long as the one before"""


def plateau(known: Plateau, new: Round, patience: int) -> tuple[Plateau, list[Alert]]:
    """What is known after the round, and the alert if this one makes it a plateau."""
    validation = math.inf if new.validation is None else new.validation
    told = known.told
    if told and (_fell(new.training, told[0], AGAIN) or _fell(validation, told[1], AGAIN)):
        told = None
    lower = (_fell(new.training, known.training), _fell(validation, known.validation))
    if any(lower):
        # Each is compared with its lowest: a slow fall adds up until it counts.
        return Plateau(
            training=new.training if lower[0] else known.training,
            validation=validation if lower[1] else known.validation,
            step=new.step,
            told=told,
            times=known.times,
        ), []
    after = known.model_copy(
        update={"rounds": known.rounds + 1, "share": known.share + new.share, "told": told}
    )
    longer = 2**known.times
    if told or after.rounds < patience * longer or after.share < SHARE * longer:
        return after, []
    found = {"told": (known.training, known.validation), "times": known.times + 1}
    return after.model_copy(update=found), [_alert(after, new)]


def _fell(value: float, lowest: float, by: float = FALL) -> bool:
    return math.isfinite(value) and (math.isinf(lowest) or value < lowest - by * abs(lowest))


def _alert(known: Plateau, new: Round) -> Alert:
    if new.validation is None:
        which = f"the training loss (lowest {short(known.training)}) has"
    else:
        which = (
            f"neither the training loss (lowest {short(known.training)}) nor the validation loss "
            f"(lowest {short(known.validation)}) has"
        )
    negation = " not" if new.validation is None else ""
    message = (
        f"plateau: {which}{negation} fallen by {FALL:.0%} since step {known.step:,}, "
        f"{new.step - known.step:,} steps ago; try another learning rate or a schedule that "
        "lowers it, a larger model, or end the run here (training.early_stopping does so by "
        "itself)"
    )
    return Alert(code="plateau", message=message, step=new.step)
