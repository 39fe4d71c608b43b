"""Which samples each step takes: a pure function of (seed, epoch, step), so nothing is saved."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.parts import Inputs
from engine.randomness import epoch_order
from engine.setup import Setup
from engine.shuffle import Purpose, mix


def batches(setup: Setup, start: int, end: int) -> Iterator[tuple[Inputs, Tensor]]:
    """Inputs and targets of the steps `start` to `end - 1`.

    The last batch of an epoch may be smaller and is used.
    """
    training, part, per_epoch = setup.config.training, setup.parts["train"], setup.steps_per_epoch
    step = start
    while step < end:
        epoch = step // per_epoch
        order = epoch_order(training.seed, epoch, len(part), setup.device)
        shift = mix(training.seed, Purpose.SHIFT, epoch) % part.context if part.context else 0
        first = epoch * per_epoch
        for places in torch.split(order, training.batch_size)[step - first : end - first]:
            yield part.batch(places, shift)
            step += 1
