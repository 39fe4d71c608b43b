"""What happens between epochs and at the end: evaluation, best weights, early stopping, test."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.evaluate import evaluate
from engine.events import Evaluation, Event, Finished, Log
from engine.setup import Setup
from engine.state import TrainState, copied
from engine.words import Diverged


def is_over(setup: Setup, state: TrainState) -> bool:
    """Whether all epochs are done and evaluated, or early stopping has seen enough."""
    done = state.progress.evaluated_epochs >= setup.config.training.epochs
    return done or _stopped_early(setup, state)


def end_epoch(setup: Setup, state: TrainState) -> Iterator[Event]:
    """Evaluates on the validation part, if there is one, and remembers the best weights.

    Raises:
        Diverged: the weights still gave a finite training loss, but no validation loss.
    """
    epoch = state.progress.evaluated_epochs + 1
    part = setup.parts["validation"]
    if not len(part.targets):
        state.progress = state.progress.model_copy(update={"evaluated_epochs": epoch})
        return
    blank = Evaluation(split="validation", epoch=epoch, step=state.step, metrics={})
    event = evaluate(state.model, part, setup.card, setup.scale, blank)
    loss = event.metrics["loss"]
    if not math.isfinite(loss):
        raise Diverged(f"validation loss became {loss:g}", state.step)
    stopping = setup.config.training.early_stopping
    state.progress = state.progress.after(epoch, loss, stopping.min_delta if stopping else 0.0)
    if setup.config.training.keep_best and state.progress.best_epoch == epoch:
        state.best = copied(state.model.state_dict())
    state.remember(event)
    yield event


def conclude(setup: Setup, state: TrainState) -> Iterator[Event]:
    """The one look at the test part, with the best weights if they were kept, and the last word."""
    epoch = state.progress.best_epoch if state.best else state.progress.evaluated_epochs
    step = epoch * setup.steps_per_epoch
    if len(setup.parts["test"].targets):
        if state.best:
            message = (
                f"testing the weights of epoch {epoch}, the best by validation loss "
                f"({state.progress.best_loss:.4g})"
            )
            yield Log(message=message, step=state.step)
        blank = Evaluation(split="test", epoch=epoch, step=step, metrics={})
        with state.holding(state.best or copied(state.model.state_dict())):
            event = evaluate(state.model, setup.parts["test"], setup.card, setup.scale, blank)
        yield event
    yield _finished(setup, state)


def _finished(setup: Setup, state: TrainState) -> Finished:
    done, epochs = state.progress.evaluated_epochs, setup.config.training.epochs
    if done >= epochs or not _stopped_early(setup, state):
        return Finished(reason="completed", message=f"all {epochs} epochs done", step=state.step)
    waited = state.progress.waited_epochs
    message = (
        f"stopped after epoch {done} of {epochs}: the validation loss has not fallen "
        f"for {waited} epoch{'s' if waited > 1 else ''}"
    )
    return Finished(reason="early-stopped", message=message, step=state.step)


def _stopped_early(setup: Setup, state: TrainState) -> bool:
    stopping = setup.config.training.early_stopping
    return stopping is not None and state.progress.waited_epochs >= stopping.patience
