"""Tensors by name: copied, filled, laid out for a file; an optimizer's state as such."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from engine.loop.old_names import found_under

Tensors = dict[str, Tensor]
Numbers = dict[str, float | bool | None]


def copied(weights: Tensors) -> Tensors:
    """A copy that training does not change, in the same memory order."""
    return {name: tensor.detach().clone() for name, tensor in weights.items()}


def plain(tensors: Tensors) -> Tensors:
    """On the CPU and row by row, as safetensors wants them (a CNN's weights are channels-last)."""
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def is_sharded(tensor: Tensor) -> bool:
    """Whether only a part of it lies in this process."""
    return hasattr(tensor, "to_local")


def cut(whole: Tensor, like: Tensor) -> Tensor:
    """The same values, laid out as `like`: where that is sharded, each process has its part."""
    if is_sharded(whole) or not is_sharded(like):
        return whole
    from torch.distributed.tensor import distribute_tensor

    spread: Any = like
    return distribute_tensor(
        whole.to(like.device), spread.device_mesh, spread.placements, src_data_rank=None
    )


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor, on the CPU and row by row. All processes that have a part must ask."""
    every: Any = tensor.detach()
    found: Tensor = every.full_tensor() if is_sharded(tensor) else every
    return found.cpu().contiguous()


def fill(targets: Tensors, sources: Tensors) -> None:
    """Copies values; device, memory order and parts stay those of the target.

    Raises:
        SettingsError: they are not the weights of this model.
    """
    if not targets.keys() <= sources.keys():
        sources = found_under(targets, sources)
    with torch.no_grad():
        for name, target in targets.items():
            target.copy_(cut(sources[name], target))


def flat_optimizer(optimizer: Optimizer) -> tuple[Tensors, Numbers]:
    """Its state as tensors and numbers, by `<parameter>.<name>`."""
    tensors: Tensors = {}
    numbers: Numbers = {}
    for place, values in optimizer.state_dict()["state"].items():
        for name, value in values.items():
            key = f"{place}.{name}"
            if isinstance(value, Tensor):
                # Counts may be views of one vector, and safetensors refuses shared memory.
                tensors[key] = value if value.dim() else value.clone()
            else:
                numbers[key] = value
    return tensors, numbers


def restore_optimizer(optimizer: Optimizer, flat: dict[str, Any]) -> None:
    """Hands the values back in the memory order of their parameters, which fused updates need."""
    whole = optimizer.state_dict()
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for key, value in flat.items():
        place, _, name = key.partition(".")
        parameter = parameters[int(place)]
        if isinstance(value, Tensor) and value.shape == parameter.shape:
            value = torch.empty_like(parameter).copy_(value)
        state.setdefault(int(place), {})[name] = value
    optimizer.load_state_dict({**whole, "state": state})
