"""Adam and what grew out of it: running means of the gradient and of its square.

To add an optimizer to this family, write its class here and name it in `Adams`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from engine.optim.base import (
    Beta,
    Epsilon,
    LearningRate,
    OptimizerSpec,
    WeightDecay,
    together,
    trained,
)
from engine.spec import RARE

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer as TorchOptimizer


class Moments(OptimizerSpec):
    """The settings that all of Adam's family have."""

    beta1: Beta = Field(0.9, description="memory of the mean gradient")
    beta2: Beta = Field(0.999, description="memory of the squared gradient")
    epsilon: Epsilon = 1e-8
    weight_decay: WeightDecay = 0.0

    @property
    def _common(self) -> dict[str, Any]:
        """As torch calls them, in all of its classes."""
        return {
            "lr": self.learning_rate,
            "betas": (self.beta1, self.beta2),
            "eps": self.epsilon,
            "weight_decay": self.weight_decay,
        }

    def _built(self, weights: list[nn.Parameter], *, decoupled: bool) -> TorchOptimizer:
        """Adam, or AdamW if the weight decay is decoupled from the gradient."""
        from torch.optim import Adam as TorchAdam

        from engine.optim.quick import QuickAdam

        fused = together(weights)
        kind = QuickAdam if fused else TorchAdam
        return kind(weights, **self._common, fused=fused, decoupled_weight_decay=decoupled)


class AdamW(Moments):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter, arXiv:1711.05101)."""

    title: ClassVar[str] = "AdamW"
    kind: Literal["adamw"] = "adamw"
    weight_decay: WeightDecay = 0.01

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.AdamW`."""
        return self._built(trained(model), decoupled=True)


class Adam(Moments):
    """Adam (Kingma and Ba, 2015, arXiv:1412.6980); weight decay is part of the gradient."""

    title: ClassVar[str] = "Adam"
    kind: Literal["adam"] = "adam"

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.Adam`."""
        return self._built(trained(model), decoupled=False)


class Adamax(Moments):
    """Adam with the largest gradient seen instead of the mean square (Kingma and Ba, section 7)."""

    title: ClassVar[str] = "Adamax"
    kind: Literal["adamax"] = "adamax"
    learning_rate: LearningRate = 2e-3

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.Adamax`."""
        from torch.optim import Adamax as TorchAdamax

        weights = trained(model)
        return TorchAdamax(weights, **self._common, foreach=together(weights))


class NAdam(Moments):
    """Adam with Nesterov's look ahead along the momentum (Dozat, 2016)."""

    title: ClassVar[str] = "NAdam"
    kind: Literal["nadam"] = "nadam"
    learning_rate: LearningRate = 2e-3
    momentum_decay: float = Field(
        4e-3, ge=0, lt=1, description="how fast beta1 approaches its value", json_schema_extra=RARE
    )

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.NAdam`."""
        from torch.optim import NAdam as TorchNAdam

        weights = trained(model)
        return TorchNAdam(
            weights,
            **self._common,
            momentum_decay=self.momentum_decay,
            foreach=together(weights),
        )


class RAdam(Moments):
    """Adam that trusts its division only once it has seen enough (Liu et al., arXiv:1908.03265)."""

    title: ClassVar[str] = "RAdam"
    kind: Literal["radam"] = "radam"

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.RAdam`."""
        from torch.optim import RAdam as TorchRAdam

        weights = trained(model)
        return TorchRAdam(weights, **self._common, foreach=together(weights))


Adams = AdamW | Adam | Adamax | NAdam | RAdam
