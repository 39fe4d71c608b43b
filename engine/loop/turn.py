"""Makes a training go on with other settings: what was built from the old ones is brought over.

Most settings are read at each step, so they need nothing. Of an optimizer and a model what the new
settings would have built says what the old one lacks, whatever their kind.
"""

from __future__ import annotations

from dataclasses import is_dataclass

import torch
from torch import nn

from engine.config import RunConfig
from engine.loop.setup import Setup
from engine.loop.state import TrainState
from engine.losses import loss_for
from engine.settings.live import after_all


def turn(setup: Setup, state: TrainState, config: RunConfig) -> None:
    """From the next step on the settings are `config`, which differs in live ones alone."""
    before, setup.config = setup.config, config
    if config.optimizer != before.optimizer:
        _take_over_groups(config, state)
    if config.model != before.model:
        _take_over_numbers(setup, state.model)
    if config.loss != before.loss:
        loss = loss_for(config.loss, setup.card.task)
        setup.loss = loss.build(setup.prepared, setup.device)
        setup.weigh = loss.weigh(setup.prepared, setup.device)


def turn_again(setup: Setup, state: TrainState) -> None:
    """After a resume: all that was changed before the checkpoint."""
    turn(setup, state, after_all(state.config, state.progress.changes))
    setup.left_out = torch.tensor(
        state.progress.left_out, dtype=torch.int64, device=setup.parts["train"].home
    )


def _take_over_groups(config: RunConfig, state: TrainState) -> None:
    """What an optimizer of the new settings would have in its groups; the state stays."""
    fresh = config.optimizer.build(state.model)
    for mine, new in zip(state.optimizer.param_groups, fresh.param_groups, strict=True):
        mine.update({name: value for name, value in new.items() if name != "params"})


def _take_over_numbers(setup: Setup, model: nn.Module) -> None:
    """What the modules of a model of the new settings would hold beside weights: their dropout.

    A compiled model notices, and is compiled again.
    """
    with torch.device("meta"):
        fresh = setup.config.model.build(setup.card)
    for mine, new in zip(model.modules(), fresh.modules(), strict=True):
        for name, value in vars(new).items():
            if not name.startswith("_") and (isinstance(value, float) or is_dataclass(value)):
                setattr(mine, name, value)
