"""A running mean of the weights, which is evaluated and kept instead of the weights themselves."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from engine.machine.sharding import local

Tensors = dict[str, Tensor]


class Average:
    """Follows the weights of `model`: w' = d w' + (1 - d) w after each step.

    In the first steps d is (1 + step) / (10 + step) where that is smaller than `decay`, so that
    the mean is not of the weights before training (as TensorFlow's moving average does).
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        # Not the buffers of whole numbers, e.g. how many batches a batch norm has seen.
        self._weights = {
            name: tensor
            for name, tensor in model.state_dict(keep_vars=True).items()
            if tensor.is_floating_point()
        }
        self.tensors: Tensors = {name: w.detach().clone() for name, w in self._weights.items()}

    def follow(self, step: int) -> None:
        """Once the weights are those after `step` steps, from 1."""
        decay = min(self.decay, (1 + step) / (10 + step))
        _move(self.tensors.values(), self._weights.values(), 1 - decay)


def _move(means: Iterable[Tensor], weights: Iterable[Tensor], share: float) -> None:
    with torch.no_grad():
        torch._foreach_lerp_([local(m) for m in means], [local(w) for w in weights], share)
