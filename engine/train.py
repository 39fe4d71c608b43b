"""The training loop. `train(config)` yields typed events; closing it stops and saves the run.

`list(train(config))` is its test harness, `python -m engine` its command line.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import torch

from engine.batches import steps
from engine.config import RunConfig
from engine.events import Event, Steps
from engine.failpoints import failpoint
from engine.keeper import Keeper, keeper_of
from engine.round import conclude, end_round, is_over
from engine.setup import Setup, first_state, set_up
from engine.state import TrainState
from engine.steps import Pending, bad_step, cut_after
from engine.update import update
from engine.words import Diverged, divergence, out_of_memory, started

Events = Generator[Event, None, None]


def train(config: RunConfig, folder: Path | None = None, *, attempt: int = 1) -> Events:
    """Trains one run and tells of it; goes on from the newest good checkpoint in `folder`.

    Nothing is pending whenever it yields, so `close()` loses no point; it saves a checkpoint.
    After a resume the events of the last second before the checkpoint come again, in case they
    were lost with the process: same steps, same values.

    Raises:
        SettingsError: these settings cannot be trained with, or not here, or not in this folder.
        Fenced: a later attempt owns the folder.
        CheckpointError: the folder cannot be used, or the last checkpoint, at `close()`, failed.
    """
    setup = set_up(config)
    state = first_state(setup)
    keeper = keeper_of(setup, state, folder, attempt)
    resumed, alerts = keeper.resume()
    try:
        yield started(setup, state, resumed)
        yield from alerts
        yield from list(state.recent)
        yield from _learn(setup, state, keeper)
        yield from keeper.save_and_tell()
        yield from conclude(setup, state)
    except GeneratorExit:
        # Only here, between two steps, is the state whole; after another error it may not be.
        keeper.save()
        raise
    except Diverged as error:
        yield from divergence(error)
    except torch.OutOfMemoryError:
        yield from out_of_memory(setup, state)


def _learn(setup: Setup, state: TrainState, keeper: Keeper) -> Iterator[Event]:
    """Steps and evaluations from wherever `state` stands to the end."""
    pending = Pending()
    state.model.train()

    while not is_over(setup, state):
        evaluation = setup.next_evaluation(state.progress.evaluated_step)

        for batches in steps(setup, state.step, evaluation):
            rate = setup.learning_rate(state.step, state.progress.losses)
            for group in state.optimizer.param_groups:
                group["lr"] = rate
            loss, norm = update(setup, state, batches)

            state.step += 1
            if state.average:
                state.average.follow(state.step)
            pending.add(loss, norm, rate)
            failpoint("train.step")
            if pending.due():
                yield _told(pending, state, setup)
                yield from keeper.save_when_due()

        if pending.losses:
            yield _told(pending, state, setup)
        yield from end_round(setup, state)
        # Also here: epochs shorter than a flush would otherwise never save.
        yield from keeper.save_when_due()


def _told(pending: Pending, state: TrainState, setup: Setup) -> Steps:
    """The pending steps as an event.

    Raises:
        Diverged: one of them is not finite; it carries the steps up to that one.
    """
    told = pending.flush(state.step, setup.epoch_of(state.step), setup.loss_factor)
    bad = bad_step(told)
    if bad:
        place, reason = bad
        last = cut_after(told, place)
        raise Diverged(reason, last.step, last)
    state.remember(told)
    return told
