"""Tells of steps: fetches what they left on the device, and hears what it says about the run."""

from __future__ import annotations

from engine.alerts.known import hear_steps
from engine.events import Alert, Event, Gradients, Steps
from engine.loop.gradients import watched
from engine.loop.range_test import blown_up
from engine.loop.setup import Setup
from engine.loop.state import TrainState
from engine.loop.steps import Pending, bad_step, cut_after
from engine.loop.words import Diverged, Explored
from engine.schedules import RangeTest


def tell(pending: Pending, state: TrainState, setup: Setup) -> list[Event]:
    """The pending steps as events.

    Raises:
        Explored: a range test has seen enough; it carries the steps up to that moment.
        Diverged: one of them is not finite; it carries the steps up to that one.
    """
    gradients = pending.flush_gradients(state.layers)
    told = pending.flush(state.step, setup.epoch_of(state.step), setup.loss_factor)
    if isinstance(setup.config.schedule, RangeTest):
        _explore(told, state, setup.config.schedule)
    bad = bad_step(told)
    if bad:
        place, reason = bad
        last = cut_after(told, place)
        raise Diverged(reason, last.step, last)
    events: list[Event] = [told, *state.words, *_hear(told, state, setup)]
    state.words = []
    if gradients:
        events += _watch(gradients, state, setup)
    for event in events:
        state.remember(event)
    return events


def _hear(told: Steps, state: TrainState, setup: Setup) -> list[Alert]:
    """What these steps give rise to."""
    known, alerts = hear_steps(
        state.progress.known,
        told,
        setup.config,
        total_steps=setup.total_steps,
        evaluated=setup.samples["validation"] > 0,
    )
    state.progress = state.progress.model_copy(update={"known": known})
    return alerts


def _watch(gradients: Gradients, state: TrainState, setup: Setup) -> list[Event]:
    """The gradients and the alerts they give rise to."""
    watch, alerts = watched(state.progress.gradients, gradients)
    state.progress = state.progress.model_copy(update={"gradients": watch})
    return [gradients, *(alerts if setup.config.alerts.gradients else [])]


def _explore(told: Steps, state: TrainState, test: RangeTest) -> None:
    """Keeps the losses of a range test, and ends it where they have blown up.

    The end is at the same step wherever a flush falls: what came after it is cut off.
    """
    tried = [*state.progress.tried, *told.metrics["train/loss"]]
    state.progress = state.progress.model_copy(update={"tried": tried})
    end = blown_up(tried, test.blow_up)
    if end is not None:
        last = cut_after(told, end - (told.step - len(told.seconds)) - 1)
        raise Explored(last, tried[:end])
