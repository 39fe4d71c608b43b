"""What ends a round of steps, and the run: evaluation, best weights, early stopping, test.

A round is an epoch, or `training.evaluate_steps` steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.alerts.known import hear_evaluation
from engine.evaluation import evaluate
from engine.events import Alert, Evaluation, Event, Finished, Log
from engine.loop.best import RISING, cost, spoken
from engine.loop.setup import Setup
from engine.loop.state import TrainState
from engine.loop.words import Diverged, explored
from engine.machine.sharding import align_buffers


def is_over(setup: Setup, state: TrainState) -> bool:
    """Whether all steps are done and evaluated, or early stopping has seen enough."""
    # A run that was shortened to fewer steps than it has done evaluates where it stands.
    done = state.progress.evaluated_step >= max(setup.total_steps, state.step)
    return done or _stopped_early(setup, state)


def end_round(setup: Setup, state: TrainState) -> Iterator[Event]:
    """Evaluates on the validation part, if there is one, and remembers the best weights.

    In a sharded team every process comes here: none has a whole model.

    Raises:
        Diverged: the weights still gave a finite training loss, but no validation loss.
    """
    step, part = state.step, setup.parts["validation"]
    if not len(part) or setup.config.schedule.explores:
        state.progress = state.progress.model_copy(update={"evaluated_step": step})
        return
    blank = Evaluation(split="validation", epoch=setup.epoch_of(step), step=step, metrics={})
    _meet(setup, state)
    with state.judged():
        event = evaluate(state.model, part, setup, blank)
    loss = event.metrics["loss"]
    if not math.isfinite(loss):
        raise Diverged(f"validation loss became {loss:g}", step)
    training = setup.config.training
    min_delta = training.early_stopping.min_delta if training.early_stopping else 0.0
    judged = cost(training.best_by, event.metrics)
    state.progress = state.progress.after(step, loss, judged, min_delta)
    if training.keep_best and state.progress.best_step == step:
        state.best = state.kept()
    told: list[Event] = [event, *_heard(setup, state, loss)]
    for each in told:
        state.remember(each)
    yield from told


def _meet(setup: Setup, state: TrainState) -> None:
    """All processes of a sharded team evaluate, and the same."""
    if setup.team.sharded:
        setup.team.wait()
        align_buffers(state.model)


def _heard(setup: Setup, state: TrainState, loss: float) -> list[Alert]:
    """What this validation loss gives rise to."""
    progress = state.progress
    known, alerts = hear_evaluation(
        progress.known,
        state.step,
        loss,
        setup.config,
        total_steps=setup.total_steps,
        best=_kept(setup, progress.best_step),
    )
    state.progress = progress.model_copy(update={"known": known})
    return alerts


def _kept(setup: Setup, step: int) -> str:
    """Which weights a person falls back to, in half a sentence."""
    training = setup.config.training
    judged = f"those of step {step:,}, the best by validation {spoken(training.best_by)}"
    if training.keep_best:
        return f"the weights kept and tested are {judged}"
    return f"training.keep_best would keep {judged}"


def test(setup: Setup, state: TrainState) -> Iterator[Event]:
    """The one look at the test part, with the best weights if they were kept."""
    if setup.config.schedule.explores or not len(setup.parts["test"]):
        return
    step = state.progress.best_step if state.best else state.progress.evaluated_step
    if state.best:
        yield Log(message=_best(setup, state, step), step=state.step)
    blank = Evaluation(split="test", epoch=setup.epoch_of(step), step=step, metrics={})
    _meet(setup, state)
    with state.holding(state.best or state.kept()):
        event = evaluate(state.model, setup.parts["test"], setup, blank)
    yield event


def last_word(setup: Setup, state: TrainState) -> Finished:
    """How the run ended, all steps being behind it."""
    if setup.config.schedule.explores:
        return explored(setup, state.progress.tried, blown_up=False)
    return _finished(setup, state)


def _best(setup: Setup, state: TrainState, step: int) -> str:
    judge = setup.config.training.best_by
    value = (state.progress.best_cost or 0.0) * (-1 if judge in RISING else 1)
    return (
        f"testing the weights of {_moment(setup, step)}, the best by validation {spoken(judge)} "
        f"({value:.4g})"
    )


def _moment(setup: Setup, step: int) -> str:
    """`epoch 3`, or `step 500` where evaluations do not come with the epochs."""
    if setup.config.training.evaluate_steps:
        return f"step {step:,}"
    return f"epoch {setup.epoch_of(step)}"


def _finished(setup: Setup, state: TrainState) -> Finished:
    done, total = state.progress.evaluated_step, setup.total_steps
    if done >= total or not _stopped_early(setup, state):
        all_steps = f"all {total:,} steps" if setup.config.training.steps else None
        whole = all_steps or _epochs(setup.epochs)
        short = f"shortened after step {state.step:,}: " if state.step > total else ""
        return Finished(reason="completed", message=f"{short}{whole} done", step=state.step)
    waited = state.progress.waited_evaluations
    times = "evaluation" if setup.config.training.evaluate_steps else "epoch"
    judge = setup.config.training.best_by
    message = (
        f"stopped after {_moment(setup, done)} of {_whole(setup)}: the validation {spoken(judge)} "
        f"has not {'risen' if judge in RISING else 'fallen'} for {waited} {times}"
        f"{'s' if waited > 1 else ''}"
    )
    return Finished(reason="early-stopped", message=message, step=state.step)


def _epochs(count: int) -> str:
    return "the one epoch" if count == 1 else f"all {count} epochs"


def _whole(setup: Setup) -> str:
    by_steps = setup.config.training.evaluate_steps
    return f"{setup.total_steps:,}" if by_steps else f"{setup.epochs}"


def _stopped_early(setup: Setup, state: TrainState) -> bool:
    stopping = setup.config.training.early_stopping
    return stopping is not None and state.progress.waited_evaluations >= stopping.patience
