"""The first and last words of a run: how it starts, and how it ends when it cannot go on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.alerts.words import short
from engine.events import Alert, Event, Finished, Started, Steps
from engine.loop.named import batch_of
from engine.loop.range_test import suggest
from engine.loop.setup import Setup
from engine.loop.state import TrainState

if TYPE_CHECKING:
    from engine.saving.keeper import Resumed


class Diverged(Exception):
    """The loss, or the gradient, is no longer a number. Carries the last steps to tell of."""

    def __init__(self, reason: str, step: int, last: Steps | None = None) -> None:
        super().__init__(f"{reason} at step {step}")
        self.step, self.last = step, last


class Explored(Exception):
    """A range test has seen enough. Carries its last steps and the losses of all its steps."""

    def __init__(self, last: Steps, losses: list[float]) -> None:
        super().__init__(f"the range test is over at step {last.step}")
        self.last, self.losses = last, losses


def started(setup: Setup, state: TrainState, resumed: Resumed) -> Started:
    """The facts of the run and of the machine it trains on."""
    kind, note = resumed
    measures = setup.config.training.layer_norms_every is not None
    return Started(
        step=state.step,
        task=setup.card.task,
        device=str(setup.device),
        device_name=setup.machine.device_name,
        parameters=sum(parameter.numel() for parameter in state.model.parameters()),
        epochs=setup.epochs,
        steps_per_epoch=setup.steps_per_epoch,
        total_steps=setup.total_steps,
        samples=setup.samples,
        classes=list(setup.card.classes),
        resumed=kind,
        resume_note=note,
        versions=setup.versions,
        layers=list(dict.fromkeys(state.layers)) if measures else [],
        choices={**setup.machine.choices, **setup.prepared.told},
        start=setup.config.start,
    )


def divergence(error: Diverged, setup: Setup, state: TrainState, saved: int) -> Iterator[Event]:
    """The steps up to the bad one, what is wrong and what helps, the end.

    `saved` is the step of the newest checkpoint, 0 when there is none.
    """
    if error.last:
        yield error.last
    where = f" in {batch_of(setup, error.step)}" if error.last else ""
    advice = "try a lower learning rate, a warm-up, or gradient clipping (training.clip_norm)"
    message = f"{error}{where}; {_last_good(error, state.progress.known.newest, saved)}; {advice}"
    yield Alert(level="error", code="loss-not-finite", message=message, step=error.step)
    yield Finished(reason="failed", message=str(error), step=error.step)


def _last_good(error: Diverged, newest: float, saved: int) -> str:
    """What the run had before the step that went wrong; `newest` is the last loss told before."""
    kept = f"the newest checkpoint is of step {saved:,}" if saved else "there is no checkpoint"
    losses = error.last.metrics["train/loss"] if error.last else []
    loss = losses[-2] if len(losses) > 1 else newest
    if error.last is None or error.step < 2 or not math.isfinite(loss):
        return kept
    return f"the loss of step {error.step - 1:,} was {short(loss)}, {kept}"


def explored(setup: Setup, losses: list[float], *, blown_up: bool) -> Finished:
    """The end of a range test over `losses`, one a step, and the learning rate it suggests."""
    rates = [setup.learning_rate(step, ()) for step in range(len(losses))]
    found = suggest(rates, losses)
    if found:
        message = f"the loss fell fastest at a learning rate of {found.learning_rate:.2g}"
    else:
        message = "no learning rate can be suggested: the loss never fell, or there are too few"
        message += " steps; use more of them (training.steps), or a lower schedule.lowest"
    end = f"it blew up at {rates[-1]:.2g}" if blown_up else f"it was tried up to {rates[-1]:.2g}"
    return Finished(reason="completed", message=f"{message}; {end}", step=len(losses))


def out_of_memory(setup: Setup, state: TrainState) -> Iterator[Event]:
    """Says so with the batch size, the setting that helps first."""
    size = setup.config.training.batch_size
    smaller = f"a batch size of {size // 2:,}, or " if size > 1 else ""
    failed = f"{setup.machine.device_name} ran out of memory at batch size {size:,}"
    message = f"{failed}; try {smaller}{_otherwise(setup)}"
    yield Alert(level="error", code="out-of-memory", message=message, step=state.step)
    yield Finished(reason="failed", message=message, step=state.step)


def _otherwise(setup: Setup) -> str:
    """What else makes room, with as many devices as there are."""
    if setup.team.sharded:
        return "more devices, each of which holds less of the model"
    if setup.team.size > 1:
        return "hardware.weights=sharded, which has each device hold a part of the model"
    return "training.fit_memory=true, which takes a batch in halves"
