"""What every optimizer has: a learning rate, the words for its settings, and the fast kernels."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.spec import LIVE, RARE, Spec

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer as TorchOptimizer

LearningRate = Annotated[
    float, Field(gt=0, le=100, description="size of one update", json_schema_extra=LIVE)
]
WeightDecay = Annotated[
    float,
    Field(
        ge=0,
        le=10,
        description="pull of every weight towards zero; 0 is none",
        json_schema_extra=LIVE,
    ),
]
Beta = Annotated[float, Field(ge=0, lt=1, json_schema_extra=RARE | LIVE)]
Epsilon = Annotated[
    float, Field(gt=0, le=1, description="keeps the division finite", json_schema_extra=RARE)
]


class OptimizerSpec(Spec):
    """The base of every optimizer's settings."""

    full_batch: ClassVar[bool] = False
    """whether each step takes the whole training part, in pieces of the batch size"""
    searches: ClassVar[bool] = False
    """whether a step asks for the loss at several places (a line search)"""

    learning_rate: LearningRate = 1e-3

    @abstractmethod
    def build(self, model: nn.Module) -> TorchOptimizer:
        """The optimizer of the weights of `model` that learn."""


def trained(model: nn.Module) -> list[nn.Parameter]:
    """The weights that learn, in the model's order: a resume counts on it."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def together(parameters: list[nn.Parameter]) -> bool:
    """Whether to update all weights in one kernel (fused) or one per operation (foreach).

    On the CPU, six small tensors: Adagrad fused takes 42 us instead of 127, foreach saves 15 to
    35 % for the others. CUDA has both as well; elsewhere only the plain update surely exists.
    """
    return all(parameter.device.type in ("cpu", "cuda") for parameter in parameters)


def fused(parameters: list[nn.Parameter]) -> bool:
    """The same of SGD and Adagrad, whose fused kernels torch has not for sharded weights."""
    return together(parameters) and not any(hasattr(each, "to_local") for each in parameters)
