"""The model as a step calls it: compiled, or with its gradients averaged over several devices.

Weights stay those of the bare model, and so do their names in a checkpoint.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from engine.loop.parts import Inputs
from engine.machine.chosen import Machine


def network_of(model: nn.Module, machine: Machine, example: Inputs) -> nn.Module:
    """`model`, dressed. `example` is a batch: with several devices it finds unused weights."""
    network: nn.Module = model
    if machine.team.size > 1 and not machine.team.sharded:  # sharded modules do it themselves
        network = DistributedDataParallel(
            model,
            device_ids=[machine.device] if machine.device.type == "cuda" else None,
            find_unused_parameters=_leaves_weights_out(model, example),
        )
    if machine.compiled:
        return cast(nn.Module, torch.compile(network))
    return network


def _leaves_weights_out(model: nn.Module, example: Inputs) -> bool:
    """Whether some weights get no gradient, e.g. a part of a pretrained model; DDP must know."""
    model.eval()  # leaves the statistics of batch norm alone
    model(*example).float().sum().backward()
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    unused = any(weight.grad is None for weight in weights)
    for weight in weights:
        weight.grad = None
    model.train()
    return unused
