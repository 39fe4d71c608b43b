"""Gradient descent: on the whole training part, or on batches with or without momentum.

To add an optimizer to this family, write its class here and name it in `Descent`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from engine.optim.base import LearningRate, OptimizerSpec, WeightDecay, fused, trained
from engine.spec import LIVE

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer as TorchOptimizer


class Sgd(OptimizerSpec):
    """Stochastic gradient descent, optionally with (Nesterov) momentum."""

    title: ClassVar[str] = "SGD"
    kind: Literal["sgd"] = "sgd"
    learning_rate: LearningRate = 0.1
    momentum: float = Field(
        0.9,
        ge=0,
        lt=1,
        description="share of the last update kept; 0 is none",
        json_schema_extra=LIVE,
    )
    nesterov: bool = Field(False, description="look ahead along the momentum (Nesterov, 1983)")
    weight_decay: WeightDecay = 0.0

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Sgd:
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov needs momentum above 0; raise momentum or switch it off")
        return self

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.SGD`."""
        from torch.optim import SGD

        weights = trained(model)
        return SGD(
            weights,
            lr=self.learning_rate,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
            fused=fused(weights),
        )


class GradientDescent(OptimizerSpec):
    """Plain gradient descent on the whole training part: one step an epoch, no chance in it.

    The batch size only says how many samples pass the model at once: their gradients are summed
    until the whole part is through, then the weights move.
    """

    title: ClassVar[str] = "Gradient descent"
    kind: Literal["gradient_descent"] = "gradient_descent"
    full_batch: ClassVar[bool] = True
    learning_rate: LearningRate = 0.1
    weight_decay: WeightDecay = 0.0

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.SGD` without momentum."""
        from torch.optim import SGD

        weights = trained(model)
        return SGD(
            weights,
            lr=self.learning_rate,
            weight_decay=self.weight_decay,
            fused=fused(weights),
        )


Descent = Sgd | GradientDescent
