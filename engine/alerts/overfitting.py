"""Overfitting: the validation loss rises while the training loss goes on falling."""

from __future__ import annotations

import math

from engine.alerts.rounds import Round
from engine.alerts.words import short
from engine.events import Alert
from engine.spec import Spec

RISE = 0.05
"""share by which the validation loss must have risen above its lowest, and the training loss have
fallen since: less is the noise of a small validation part"""
NEGLIGIBLE = 0.01
"""share of the first validation loss by which it must have risen at least: near zero, twice nothing
is nothing"""
SHARE = 0.05
"""of the run that must have passed since the lowest: many tiny epochs early on are no evidence"""
IN_A_ROW = 3
"""evaluations in a row that show it"""


class Overfitting(Spec):
    """The round with the lowest validation loss, and what came after; part of a checkpoint."""

    first: float = math.inf
    """validation loss of the first evaluation"""
    lowest: float = math.inf
    training: float = math.inf
    """loss of the steps before that evaluation"""
    step: int = 0
    rounds: int = 0
    """since then"""
    share: float = 0.0
    """of the run since then"""
    risen: int = 0
    """of these, the last ones in a row that show it"""
    told: bool = False


def overfitting(
    known: Overfitting, new: Round, patience: int, best: str
) -> tuple[Overfitting, list[Alert]]:
    """What is known after the round, and the alert if this one makes it overfitting.

    `best` says in half a sentence which weights are kept.
    """
    if new.validation is None:
        return known, []
    first = new.validation if math.isinf(known.first) else known.first
    if new.validation < known.lowest:
        lowest = Overfitting(
            first=first, lowest=new.validation, training=new.training, step=new.step
        )
        return lowest, []
    rounds, share = known.rounds + 1, known.share + new.share
    rise = max(RISE * known.lowest, NEGLIGIBLE * first)
    falling = new.training < known.training * (1 - RISE)
    risen = known.risen + 1 if falling and new.validation > known.lowest + rise else 0
    lasting = rounds >= patience and share >= SHARE and risen >= IN_A_ROW
    found = lasting and not known.told
    after = known.model_copy(
        update={"rounds": rounds, "share": share, "risen": risen, "told": known.told or found}
    )
    return after, [_alert(after, new, best)] if found else []


def _alert(known: Overfitting, new: Round, best: str) -> Alert:
    assert new.validation is not None
    share = f" (+{new.validation / known.lowest - 1:.0%})" if known.lowest > 0 else ""
    message = (
        f"overfitting since step {known.step:,}: the validation loss rose from "
        f"{short(known.lowest)} to {short(new.validation)}{share} while the training loss fell "
        f"from {short(known.training)} to {short(new.training)}; {best}; try early stopping "
        "(training.early_stopping), more dropout, weight decay or augmentation, a smaller model "
        "or more data"
    )
    return Alert(code="overfitting", message=message, step=new.step)
