"""L-BFGS: steps along an estimate of the curvature, on the whole training part."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.optim.base import LearningRate, OptimizerSpec, trained

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer as TorchOptimizer


class Lbfgs(OptimizerSpec):
    """Uses curvature and a line search (Liu and Nocedal, 1989); for small models and data.

    Each step takes the whole training part several times: the estimate of the curvature would be
    noise if every loss were of another batch. The batch size says how many samples pass at once.
    """

    title: ClassVar[str] = "L-BFGS"
    kind: Literal["lbfgs"] = "lbfgs"
    full_batch: ClassVar[bool] = True
    searches: ClassVar[bool] = True
    learning_rate: LearningRate = 1.0
    iterations: int = Field(10, ge=1, le=1000, description="moves in one step (an epoch)")
    memory: int = Field(10, ge=1, le=200, description="past moves that estimate the curvature")

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.LBFGS` with a strong Wolfe line search."""
        from engine.optim.flat import FlatLbfgs

        return FlatLbfgs(
            trained(model),
            lr=self.learning_rate,
            max_iter=self.iterations,
            history_size=self.memory,
            line_search_fn="strong_wolfe",
        )
