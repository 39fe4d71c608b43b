"""Optimizers that divide each weight's gradient by how large it used to be.

To add an optimizer to this family, write its class here and name it in `Scaled`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.optim.base import (
    Epsilon,
    LearningRate,
    OptimizerSpec,
    WeightDecay,
    fused,
    together,
    trained,
)
from engine.spec import RARE

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer as TorchOptimizer


class RmsProp(OptimizerSpec):
    """Divides the gradient by a running mean of its size (Hinton, 2012)."""

    title: ClassVar[str] = "RMSprop"
    kind: Literal["rmsprop"] = "rmsprop"
    smoothing: float = Field(0.99, ge=0, lt=1, description="memory of the squared gradient")
    momentum: float = Field(0.0, ge=0, lt=1, description="share of the last update kept; 0 is none")
    centered: bool = Field(
        False,
        description="divide by the spread around the mean gradient, not by its size",
        json_schema_extra=RARE,
    )
    epsilon: Epsilon = 1e-8
    weight_decay: WeightDecay = 0.0

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.RMSprop`."""
        from torch.optim import RMSprop

        weights = trained(model)
        return RMSprop(
            weights,
            lr=self.learning_rate,
            alpha=self.smoothing,
            momentum=self.momentum,
            centered=self.centered,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            foreach=together(weights),
        )


class Adagrad(OptimizerSpec):
    """Divides by the size of all gradients so far: for rare words and items (Duchi, 2011)."""

    title: ClassVar[str] = "Adagrad"
    kind: Literal["adagrad"] = "adagrad"
    learning_rate: LearningRate = 1e-2
    start: float = Field(
        0.0,
        ge=0,
        le=100,
        description="what the sum of squared gradients begins with",
        json_schema_extra=RARE,
    )
    epsilon: Epsilon = 1e-10
    weight_decay: WeightDecay = 0.0

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.Adagrad`."""
        from torch.optim import Adagrad as TorchAdagrad

        weights = trained(model)
        return TorchAdagrad(
            weights,
            lr=self.learning_rate,
            initial_accumulator_value=self.start,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            fused=fused(weights),
        )


class Adadelta(OptimizerSpec):
    """Takes its step size from past updates: a rate of 1 needs no tuning (Zeiler, 2012)."""

    title: ClassVar[str] = "Adadelta"
    kind: Literal["adadelta"] = "adadelta"
    learning_rate: LearningRate = 1.0
    smoothing: float = Field(0.9, ge=0, lt=1, description="memory of squares")
    epsilon: Epsilon = 1e-6
    weight_decay: WeightDecay = 0.0

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.Adadelta`."""
        from torch.optim import Adadelta as TorchAdadelta

        weights = trained(model)
        return TorchAdadelta(
            weights,
            lr=self.learning_rate,
            rho=self.smoothing,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            foreach=together(weights),
        )


Scaled = RmsProp | Adagrad | Adadelta
