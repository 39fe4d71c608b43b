"""The first and last words of a run: how it starts, and how it ends when it cannot go on."""

from __future__ import annotations

from collections.abc import Iterator

from engine.events import Alert, Event, Finished, Started, Steps
from engine.keeper import Resumed
from engine.setup import Setup
from engine.state import TrainState


class Diverged(Exception):
    """The loss, or the gradient, is no longer a number. Carries the last steps to tell of."""

    def __init__(self, reason: str, step: int, last: Steps | None = None) -> None:
        super().__init__(f"{reason} at step {step}")
        self.step, self.last = step, last


def started(setup: Setup, state: TrainState, resumed: Resumed) -> Started:
    """The facts of the run and of the machine it trains on."""
    kind, note = resumed
    return Started(
        step=state.step,
        task=setup.card.task,
        device=str(setup.device),
        device_name=setup.device_name,
        parameters=sum(parameter.numel() for parameter in state.model.parameters()),
        epochs=setup.epochs,
        steps_per_epoch=setup.steps_per_epoch,
        total_steps=setup.total_steps,
        samples=setup.samples,
        classes=list(setup.card.classes),
        resumed=kind,
        resume_note=note,
        versions=setup.versions,
    )


def divergence(error: Diverged) -> Iterator[Event]:
    """The steps up to the bad one, what is wrong and what helps, the end."""
    if error.last:
        yield error.last
    advice = "try a lower learning rate, a warm-up, or gradient clipping (training.clip_norm)"
    yield Alert(
        level="error", code="loss-not-finite", message=f"{error}; {advice}", step=error.step
    )
    yield Finished(reason="failed", message=str(error), step=error.step)


def out_of_memory(setup: Setup, state: TrainState) -> Iterator[Event]:
    """Says so with the batch size, the setting that helps first."""
    size = setup.config.training.batch_size
    message = f"{setup.device_name} ran out of memory at batch size {size}"
    advice = f"try a batch size of {max(1, size // 2)}"
    yield Alert(
        level="error", code="out-of-memory", message=f"{message}; {advice}", step=state.step
    )
    yield Finished(reason="failed", message=message, step=state.step)
