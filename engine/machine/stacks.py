"""Stacks of equal blocks in a model, and how their activations are forgotten and computed again.

Chen et al., "Training Deep Nets with Sublinear Memory Cost" (arXiv:1604.06174).
"""

from __future__ import annotations

from functools import partial

from torch import nn
from torch.utils.checkpoint import checkpoint


def blocks_of(model: nn.Module) -> list[nn.Module]:
    """The members of every `nn.ModuleList` of two or more modules of one class with layers in them.

    So are the blocks of Transformers kept, ours as well as those of libraries.
    """
    lists = [module for module in model.modules() if isinstance(module, nn.ModuleList)]
    stacks = [each for each in lists if len(each) > 1 and len({type(m) for m in each}) == 1]
    return [block for stack in stacks for block in stack if list(block.children())]


def forget_activations(model: nn.Module) -> None:
    """Has each block keep its inputs only and compute the rest again in the backward pass.

    The same numbers, dropout included. Names of weights stay; outside of training nothing changes.
    """
    for block in blocks_of(model):
        block.forward = partial(_recomputed, block, block.forward)


def _recomputed(block: nn.Module, forward: object, *inputs: object, **named: object) -> object:
    if not block.training:
        return forward(*inputs, **named)  # type: ignore[operator]
    return checkpoint(forward, *inputs, use_reentrant=False, **named)  # type: ignore[arg-type]
