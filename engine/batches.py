"""Which samples each step takes: a pure function of (seed, epoch, step), so nothing is saved.

A step takes one batch, or several one after the other whose gradients are summed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.parts import Inputs
from engine.randomness import epoch_order
from engine.setup import Setup
from engine.shuffle import Purpose, mix


@dataclass(frozen=True)
class Batch:
    """What passes the model at once."""

    inputs: Inputs
    targets: Tensor
    share: float | Tensor | None = None
    """of its mean loss in the step's; None when it is the whole step"""


def steps(setup: Setup, start: int, end: int) -> Iterator[list[Batch]]:
    """The batches of the steps `start` to `end - 1`.

    The last step of an epoch may take fewer samples, and all are used.
    """
    training, part, per_epoch = setup.config.training, setup.parts["train"], setup.steps_per_epoch
    step = start
    while step < end:
        epoch = step // per_epoch
        order = epoch_order(training.seed, epoch, len(part), setup.device)
        shift = mix(training.seed, Purpose.SHIFT, epoch) % part.context if part.context else 0
        first = epoch * per_epoch
        for places in torch.split(order, setup.step_samples)[step - first : end - first]:
            yield _batches(setup, places, shift)
            step += 1


def _batches(setup: Setup, places: Tensor, shift: int) -> list[Batch]:
    """The samples `places` in batches, each with its share of what the loss counts."""
    pieces = torch.split(places, setup.config.training.batch_size)
    found = [Batch(*setup.parts["train"].batch(piece, shift)) for piece in pieces]
    if len(found) == 1:
        return found
    if setup.weigh is None:
        shares: list[float | Tensor] = [len(piece) / len(places) for piece in pieces]
    else:
        weights = torch.stack([setup.weigh(batch.targets) for batch in found])
        shares = list(weights / weights.sum())
    return [
        Batch(batch.inputs, batch.targets, share)
        for batch, share in zip(found, shares, strict=True)
    ]
