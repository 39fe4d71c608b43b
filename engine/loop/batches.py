"""Which samples each step takes: a pure function of (seed, epoch, step), so nothing is saved.

A step takes one batch, or several one after the other whose gradients are summed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from engine.data.shuffle import Purpose, mix
from engine.loop.ahead import ahead
from engine.loop.parts import Inputs
from engine.loop.randomness import epoch_order
from engine.loop.setup import Setup


class Batch(NamedTuple):
    """What passes the model at once."""

    inputs: Inputs
    targets: Tensor
    share: float | Tensor | None = None
    """of its mean loss in the step's; None when it is the whole step"""


def steps(setup: Setup, start: int, end: int) -> Iterator[list[Batch]]:
    """The batches of the steps `start` to `end - 1`.

    The last step of an epoch may take fewer samples, and all are used.
    """
    found = _steps(setup, start, end)
    return ahead(found) if setup.machine.on_host else found


def _steps(setup: Setup, start: int, end: int) -> Iterator[list[Batch]]:
    training, part, per_epoch = setup.config.training, setup.parts["train"], setup.steps_per_epoch
    step = start
    while step < end:
        epoch = step // per_epoch
        order = epoch_order(training.seed, epoch, len(part), part.home)
        shift = mix(training.seed, Purpose.SHIFT, epoch) % part.context if part.context else 0
        first = epoch * per_epoch
        whole = _takes_one_batch(setup) and not len(setup.left_out)
        copy = part.in_order(order) if whole else None
        while step < min(end, first + per_epoch):
            begin = (step - first) * setup.step_samples
            places = slice(begin, begin + setup.step_samples)
            if copy is None:
                yield _batches(setup, _wanted(setup, order[places]), shift)
            else:
                yield [Batch(*copy.cut(places))]
            step += 1


def samples_of(setup: Setup, step: int) -> tuple[Tensor, int]:
    """The samples of the step after `step`, int64 `(samples,)`, and the shift of their windows."""
    training, part, per_epoch = setup.config.training, setup.parts["train"], setup.steps_per_epoch
    epoch, place = divmod(step, per_epoch)
    order = epoch_order(training.seed, epoch, len(part), part.home)
    shift = mix(training.seed, Purpose.SHIFT, epoch) % part.context if part.context else 0
    begin = place * setup.step_samples
    return _wanted(setup, order[begin : begin + setup.step_samples]), shift


def _wanted(setup: Setup, samples: Tensor) -> Tensor:
    """Without those that are left out."""
    if not len(setup.left_out):
        return samples
    return samples[~torch.isin(samples, setup.left_out)]


def _takes_one_batch(setup: Setup) -> bool:
    """Whether a step is one batch, of samples that lie where the model is."""
    alone = setup.team.size == 1 and setup.step_samples <= setup.config.training.batch_size
    return alone and not setup.machine.on_host


def _batches(setup: Setup, places: Tensor, shift: int) -> list[Batch]:
    """This rank's samples of `places` in batches, each with its share of what the loss counts."""
    part, team, size = setup.parts["train"], setup.team, setup.config.training.batch_size
    if not len(places):
        return []
    if len(places) <= size and team.size == 1:
        return [Batch(*part.batch(places, shift))]
    pieces = torch.split(places, size)
    slices = [team.slice(piece) for piece in pieces]
    # A rank without a sample takes the first one, for nothing: all must compute a gradient.
    taken = [mine if len(mine) else piece[:1] for mine, piece in zip(slices, pieces, strict=True)]
    found = [part.batch(mine, shift) for mine in taken]
    if setup.weigh is None:
        counts: list[float | Tensor] = [float(len(mine)) for mine in slices]
        total: float | Tensor = float(len(places))
    else:
        weights = [
            setup.weigh(targets) * bool(len(mine))
            for mine, (_, targets) in zip(slices, found, strict=True)
        ]
        counts = list(weights)
        total = setup.weigh(part.batch(places, shift)[1]) if team.size > 1 else sum(weights)
    # Times the number of ranks, because their gradients are averaged.
    return [
        Batch(inputs, targets, count * team.size / total)
        for (inputs, targets), count in zip(found, counts, strict=True)
    ]
