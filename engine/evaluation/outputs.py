"""The outputs of a model for a whole part, without learning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from engine.loop.parts import TensorPart
from engine.machine.sharding import without_learning

BATCH = 1024
"""samples per forward pass; fixed, so that the training's batch size cannot change a metric"""


@contextmanager
def judging(model: nn.Module) -> Iterator[None]:
    """No dropout and no gradients; the model is back in training mode afterwards."""
    model.eval()
    try:
        with without_learning(model):
            yield
    finally:
        model.train()


def outputs_of(model: nn.Module, part: TensorPart, batch: int = BATCH) -> Tensor:
    """Outputs `(samples, ...)` of all samples in order, on the device until all are there."""
    places = torch.arange(len(part), device=part.targets.device)
    with judging(model):
        return torch.cat([model(*part.batch(some)[0]) for some in torch.split(places, batch)])
