"""What is made smaller: cross-entropy for classes, the squared error for numbers."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from engine.data.card import Task


def mean_loss(task: Task, outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean over the batch, a scalar. `outputs` `(batch, outputs)`; `targets` `(batch,)`."""
    if task == "classification":
        return functional.cross_entropy(outputs, targets)
    return functional.mse_loss(outputs.squeeze(1), targets)
