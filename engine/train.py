"""The training loop. `train(config)` yields typed events; closing it stops and saves the run.

`list(train(config))` is its test harness, `python -m engine` its command line.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, get_total_norm

from engine.config import RunConfig
from engine.epoch import conclude, end_epoch, is_over
from engine.events import Event, Steps
from engine.failpoints import failpoint
from engine.keeper import Keeper, keeper_of
from engine.loss import mean_loss
from engine.randomness import epoch_order, seed_step
from engine.setup import Setup, first_state, set_up
from engine.state import TrainState
from engine.steps import Pending, bad_step, cut_after
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
    """Steps and evaluations from wherever `state` stands to the end. The last batch of an epoch
    may be smaller and is used.
    """
    training, data = setup.config.training, setup.parts["train"]
    parameters = list(state.model.parameters())
    pending = Pending()
    state.model.train()

    while not is_over(setup, state):
        epoch = state.progress.evaluated_epochs  # from 0
        order = epoch_order(training.seed, epoch, len(data.targets), setup.device)
        batches = torch.split(order, training.batch_size)

        for batch in batches[state.step - epoch * setup.steps_per_epoch :]:
            inputs, targets = (
                data.inputs.index_select(0, batch),
                data.targets.index_select(0, batch),
            )

            seed_step(training.seed, state.step, setup.device)
            loss = mean_loss(setup.card.task, state.model(inputs), targets)
            loss.backward()  # type: ignore[no-untyped-call]
            norm = _clipped(parameters, training.clip_norm)

            rate = setup.learning_rate(state.step)
            for group in state.optimizer.param_groups:
                group["lr"] = rate
            state.optimizer.step()
            state.optimizer.zero_grad(set_to_none=True)

            state.step += 1
            pending.add(loss, norm, rate)
            failpoint("train.step")
            if pending.due():
                yield _told(pending, state, setup)
                yield from keeper.save_when_due()

        if pending.losses:
            yield _told(pending, state, setup)
        yield from end_epoch(setup, state)
        # Also here: epochs shorter than a flush would otherwise never save.
        yield from keeper.save_when_due()


def _clipped(parameters: list[nn.Parameter], longest: float | None) -> Tensor:
    """The gradient's L2 norm before clipping, a scalar on the device."""
    if longest is not None:
        return clip_grad_norm_(parameters, longest)
    return get_total_norm([p.grad for p in parameters if p.grad is not None])


def _told(pending: Pending, state: TrainState, setup: Setup) -> Steps:
    """The pending steps as an event.

    Raises:
        Diverged: one of them is not finite; it carries the steps up to that one.
    """
    steps = pending.flush(state.step, state.progress.evaluated_epochs + 1, setup.loss_factor)
    bad = bad_step(steps)
    if bad:
        place, reason = bad
        last = cut_after(steps, place)
        raise Diverged(reason, last.step, last)
    state.remember(steps)
    return steps
