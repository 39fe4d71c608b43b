"""How the tensors of a checkpoint lie in a training: whole, or in parts as its weights do."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.loop.guard import COPIES
from engine.loop.state import TrainState
from engine.loop.tensors import Tensors, cut


class Layout:
    """How the tensors of a checkpoint lie in this training."""

    def __init__(self, state: TrainState) -> None:
        self._weights = state.model.state_dict()
        groups = state.optimizer.param_groups
        self._learning = [weight for group in groups for weight in group["params"]]

    def empty(self, key: str, size: Sequence[int], kind: torch.dtype) -> Tensor:
        """Room for a tensor: for the part of it that lies here, where it is sharded."""
        like = self._like(key, size)
        return torch.empty(size, dtype=kind) if like is None else torch.empty_like(like)

    def cut(self, key: str, tensor: Tensor) -> Tensor:
        """Of a whole tensor what lies here."""
        like = self._like(key, tensor.shape)
        return tensor if like is None else cut(tensor, like)

    def _like(self, key: str, size: Sequence[int]) -> Tensor | None:
        """The weight that it belongs to, if it has its size."""
        group, _, name = key.partition("/")
        if group in COPIES:
            group, _, name = name.partition("/")
        if group == "optimizer":
            like: Tensor | None = self._learning[int(name.partition(".")[0])]
        else:
            like = self._weights.get(name)
        return like if like is not None and like.shape == torch.Size(size) else None


def grouped(tensors: Tensors) -> dict[str, Tensors]:
    """By the first part of their names, as `TrainState.tensors` tells them."""
    found: dict[str, Tensors] = {}
    for key, tensor in tensors.items():
        group, _, name = key.partition("/")
        found.setdefault(group, {})[name] = tensor
    return found
