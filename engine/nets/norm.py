"""Batch norm that also takes the last batch of an epoch when that is one single pixel."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class BatchNorm(nn.BatchNorm2d):
    """Ioffe and Szegedy 2015. One value has no deviation: it is normalised as in evaluation.

    Torch refuses it, and a run of 129 images in batches of 64 would end with an error when deep
    layers see one pixel.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        """`(batch, channels, height, width)` to the same."""
        if self.training and inputs.numel() == inputs.shape[1]:
            return functional.batch_norm(
                inputs, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
            )
        return super().forward(inputs)
