"""One part of the data on the device, from which batches are taken by number."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.data.prepared import Part

Inputs = tuple[Tensor, ...]


@dataclass(frozen=True)
class TensorPart:
    """`engine.data.prepared.Part` as tensors; see there what a sample is."""

    inputs: Inputs
    targets: Tensor
    shared: Inputs = ()
    context: int = 0
    size: int = 0
    """number of samples"""

    def __len__(self) -> int:
        return self.size

    def batch(self, places: Tensor, shift: int = 0) -> tuple[Inputs, Tensor]:
        """Inputs and targets of the samples `places`, int64 `(batch,)`.

        `shift`: tokens by which the windows of a stream begin later, below `context`.
        """
        if self.context:
            return self._windows(places, shift)
        chosen = tuple(each.index_select(0, places) for each in self.inputs)
        return (*chosen, *self.shared), self.targets.index_select(0, places)

    def _windows(self, places: Tensor, shift: int) -> tuple[Inputs, Tensor]:
        reach = torch.arange(self.context + 1, device=places.device)
        tokens = self.inputs[0][(places * self.context + shift)[:, None] + reach]
        return (tokens[:, :-1],), tokens[:, 1:]


def on_device(part: Part, device: torch.device) -> TensorPart:
    """The part's arrays on `device`; images channels-last, as convolutions want them."""
    return TensorPart(
        inputs=tuple(_moved(each, device) for each in part.inputs),
        targets=_moved(part.targets, device),
        shared=tuple(_moved(each, device) for each in part.shared),
        context=part.context,
        size=len(part),
    )


def _moved(array: object, device: torch.device) -> Tensor:
    tensor = torch.as_tensor(array).to(device)
    return tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor
