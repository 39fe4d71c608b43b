"""One part of the data on the device, from which batches are taken by number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.data.prepared import Part

Inputs = tuple[Tensor, ...]
Augment = Callable[[Inputs], Inputs]
"""from the inputs of a batch to what the model sees of them in training"""

COPIED_BYTES = 2**25
"""a part up to this size is copied once an epoch, in the epoch's order"""


@dataclass(frozen=True)
class TensorPart:
    """`engine.data.prepared.Part` as tensors; see there what a sample is."""

    inputs: Inputs
    targets: Tensor
    shared: Inputs = ()
    context: int = 0
    size: int = 0
    """number of samples"""
    device: torch.device | None = None
    """where batches go, when the samples lie in the host's memory; None: where they lie"""

    def __len__(self) -> int:
        return self.size

    def batch(self, places: Tensor, shift: int = 0) -> tuple[Inputs, Tensor]:
        """Inputs and targets of the samples `places`, int64 `(batch,)`.

        `shift`: tokens by which the windows of a stream begin later, below `context`.
        """
        if self.context:
            inputs, targets = self._windows(places, shift)
        else:
            inputs = tuple(each.index_select(0, places) for each in self.inputs)
            targets = self.targets.index_select(0, places)
        if self.device is not None:
            inputs = tuple(_sent(each, self.device) for each in inputs)
            targets = _sent(targets, self.device)
        return (*inputs, *self.shared), targets

    def in_order(self, order: Tensor) -> TensorPart | None:
        """A copy whose samples lie as `order` says, int64 `(count,)`; None where one is too large.

        Taking a batch from it is a slice: 6 us a step less than picking its samples, and on a GPU
        no kernel at all.
        """
        if self.context or sum(each.nbytes for each in (*self.inputs, self.targets)) > COPIED_BYTES:
            return None
        inputs = tuple(_laid_out(each.index_select(0, order)) for each in self.inputs)
        return replace(self, inputs=inputs, targets=self.targets.index_select(0, order))

    def cut(self, places: slice) -> tuple[Inputs, Tensor]:
        """Inputs and targets of samples that lie side by side, without copying them."""
        inputs = tuple(each[places] for each in self.inputs)
        return (*inputs, *self.shared), self.targets[places]

    @property
    def home(self) -> torch.device:
        """Where the samples lie."""
        return self.inputs[0].device

    def _windows(self, places: Tensor, shift: int) -> tuple[Inputs, Tensor]:
        reach = torch.arange(self.context + 1, device=places.device)
        tokens = self.inputs[0][(places * self.context + shift)[:, None] + reach]
        return (tokens[:, :-1],), tokens[:, 1:]


def on_device(part: Part, device: torch.device, *, on_host: bool = False) -> TensorPart:
    """The part's arrays on `device`; images channels-last, as convolutions want them.

    `on_host`: the samples stay in the host's memory, and batches are sent.
    """
    home = torch.device("cpu") if on_host else device
    return TensorPart(
        inputs=tuple(_moved(each, home) for each in part.inputs),
        targets=_moved(part.targets, home),
        shared=tuple(_moved(each, device) for each in part.shared),
        context=part.context,
        size=len(part),
        device=device if on_host else None,
    )


def unchanged(inputs: Inputs) -> Inputs:
    """What the model sees where nothing is augmented."""
    return inputs


def _moved(array: object, device: torch.device) -> Tensor:
    return _laid_out(torch.as_tensor(array).to(device))


def _laid_out(tensor: Tensor) -> Tensor:
    """Images channels-last."""
    return tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor


def _sent(tensor: Tensor, device: torch.device) -> Tensor:
    """A copy on `device`. From pinned memory a GPU fetches it while the processor goes on."""
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)
