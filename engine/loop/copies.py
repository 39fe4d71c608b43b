"""Copies of all that a step moves, to go back to: weights, their mean, the optimizer's state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.loop.tensors import (
    Numbers,
    Tensors,
    copied,
    fill,
    flat_optimizer,
    restore_optimizer,
)

if TYPE_CHECKING:
    from engine.loop.state import TrainState


@dataclass(frozen=True)
class Copy:
    """The state after `step` steps."""

    step: int
    weights: Tensors
    average: Tensors
    optimizer: Tensors
    numbers: Numbers

    def tensors(self) -> Tensors:
        """By `<part>/<name>`; `step` and `numbers` are kept beside them."""
        parts = {"weights": self.weights, "average": self.average, "optimizer": self.optimizer}
        return {
            f"{part}/{k}": tensor for part, found in parts.items() for k, tensor in found.items()
        }


def copy_of(state: TrainState) -> Copy:
    """As the state is now; training does not change it."""
    tensors, numbers = flat_optimizer(state.optimizer)
    average = state.average.tensors if state.average else {}
    return Copy(
        state.step,
        copied(state.model.state_dict()),
        copied(average),
        copied(tensors),
        numbers,
    )


def copy_from(tensors: Tensors, step: int, numbers: Numbers) -> Copy:
    """The copy that `Copy.tensors` was asked of."""
    parts: dict[str, Tensors] = {"weights": {}, "average": {}, "optimizer": {}}
    for key, tensor in tensors.items():
        part, _, name = key.partition("/")
        parts[part][name] = tensor
    return Copy(step, parts["weights"], parts["average"], parts["optimizer"], numbers)


def put_back(state: TrainState, copy: Copy) -> None:
    """The weights, their mean and the optimizer as they were; the step and the data go on."""
    fill(state.model.state_dict(), copy.weights)
    if state.average:
        fill(state.average.tensors, copy.average)
    restore_optimizer(state.optimizer, {**copied(copy.optimizer), **copy.numbers})
