"""Hears a run: what every rule knows of it so far, and what they have to say."""

from __future__ import annotations

import math

from engine.alerts.overfitting import Overfitting, overfitting
from engine.alerts.plateau import Plateau, plateau
from engine.alerts.rounds import Round
from engine.alerts.spike import Spikes, spikes
from engine.config import RunConfig
from engine.events import Alert, Steps
from engine.spec import Spec

ROUNDS = 50
"""parts of a run without validation that stand for the time between two evaluations"""


class Known(Spec):
    """Part of a checkpoint: a resumed run repeats no alert and forgets none."""

    spikes: Spikes = Spikes()
    plateau: Plateau = Plateau()
    overfitting: Overfitting = Overfitting()
    begun: int = 0
    """step of the last evaluation"""
    total: float = 0.0
    """of the training losses since then"""
    count: int = 0
    """of these losses"""
    newest: float = math.inf
    """training loss of the last step that was told; infinite before the first"""


Heard = tuple[Known, list[Alert]]
"""what is known now, and what is to be said"""


def hear_steps(
    known: Known, told: Steps, config: RunConfig, *, total_steps: int, evaluated: bool
) -> Heard:
    """New steps, all finite. `evaluated`: evaluations follow; else parts of the run are rounds."""
    alerts: list[Alert] = []
    if config.alerts.spike is not None and not config.schedule.explores:
        heard, alerts = spikes(known.spikes, told, config.alerts.spike, _advice(config))
        known = known.model_copy(update={"spikes": heard})
    every = 0 if evaluated else max(1, total_steps // ROUNDS)
    total, count = known.total, known.count
    first = told.step - len(told.seconds) + 1
    for step, loss in enumerate(told.metrics["train/loss"], start=first):
        # One by one: the sum must not depend on where a flush fell.
        total, count = total + loss, count + 1
        if every and step % every == 0 and not config.schedule.explores:
            known = known.model_copy(update={"total": total, "count": count})
            known, new = _end_round(known, step, None, config, total_steps)
            alerts, total, count = [*alerts, *new], 0.0, 0
    change = {"total": total, "count": count, "newest": told.metrics["train/loss"][-1]}
    return known.model_copy(update=change), alerts


def hear_evaluation(
    known: Known, step: int, loss: float, config: RunConfig, *, total_steps: int, best: str
) -> Heard:
    """A validation loss after `step` steps; `best` says which weights are kept."""
    if not known.count:
        return known, []  # a checkpoint of a version that did not count, between steps and it
    return _end_round(known, step, loss, config, total_steps, best)


def _end_round(
    known: Known,
    step: int,
    loss: float | None,
    config: RunConfig,
    total_steps: int,
    best: str = "",
) -> Heard:
    rules, alerts = config.alerts, list[Alert]()
    new = Round(
        step=step,
        training=known.total / known.count,
        validation=loss,
        share=(step - known.begun) / total_steps,
    )
    change: dict[str, object] = {"begun": step, "total": 0.0, "count": 0}
    if rules.plateau is not None:
        change["plateau"], said = plateau(known.plateau, new, rules.plateau)
        alerts += said
    if rules.overfitting is not None:
        change["overfitting"], said = overfitting(known.overfitting, new, rules.overfitting, best)
        alerts += said
    return known.model_copy(update=change), alerts


def _advice(config: RunConfig) -> str:
    """What helps against a spike, given what is set already."""
    clip = config.training.clip_norm
    clipping = (
        "gradient clipping (training.clip_norm)"
        if clip is None
        else f"a smaller training.clip_norm than {clip:g}"
    )
    return f"try {clipping}, a lower learning rate or a longer warm-up"
