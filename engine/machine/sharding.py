"""A model in parts: each process holds one of every weight, its gradient and optimizer state.

FSDP2 (`fully_shard`; Zhao et al., arXiv:2304.11277): a block is whole while it computes and no
longer. Buffers, e.g. the statistics of batch norm, are whole everywhere.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
import torch.distributed as dist
from torch import Tensor, nn

from engine.machine.choice import Choice
from engine.machine.precision import Precision
from engine.machine.stacks import blocks_of
from engine.problem import Problem, SettingsError

CASTING = "casting"
"""attribute of a sharded model: the context to call it in"""


def shard(model: nn.Module, device: torch.device, size: int, precision: Precision) -> nn.Module:
    """`model`, of which this process holds one of `size` parts, on `device`.

    Block by block, so that it is never whole there: the model comes from the host's memory.
    """
    # Here, because most runs train on one device, and these take 0.5 s to load.
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    if type(model).__module__.startswith("engine.nets."):
        # Writing into it would be a fault, and ours do not. Of other models the log says so.
        warnings.filterwarnings("ignore", "FSDP2-wrapped module .* returned a view tensor")
    mesh = init_device_mesh(device.type, (size,))
    # Half of the bytes to gather. Sums of gradients stay fp32, as they do with DDP.
    policy = MixedPrecisionPolicy(param_dtype=precision.half, reduce_dtype=torch.float32)
    for block in reversed(gathered_alone(model)):  # those within others first
        fully_shard(block, mesh=mesh, mp_policy=policy)
    fully_shard(model, mesh=mesh, mp_policy=replace(policy, output_dtype=torch.float32))
    # Evaluations compute as steps do: what they gather is half as well.
    setattr(model, CASTING, precision.casting)
    return model


def gathered_alone(model: nn.Module) -> list[nn.Module]:
    """Its blocks; not those that share a weight with what lies outside of them."""
    uses = _uses(model)
    return [
        block
        for block in blocks_of(model)
        if all(uses[weight] == count for weight, count in _uses(block).items())
    ]


def choice_of(model: nn.Module) -> Choice:
    """What being sharded means for `model`, in words."""
    blocks, weights = gathered_alone(model), list(model.parameters())
    whole = sum(weight.numel() for weight in weights)
    if not blocks:
        return Choice("sharded", "it has no stack of equal blocks, so a step gathers all at once")
    rest = whole - sum(weight.numel() for block in blocks for weight in block.parameters())
    most = max(sum(weight.numel() for weight in block.parameters()) for block in blocks)
    return Choice(
        "sharded",
        f"whole at a time: one of {len(blocks)} blocks ({most / whole:.0%} of the weights or less) "
        f"and what is outside of them ({rest / whole:.0%})",
    )


def refuse_single_numbers(model: nn.Module) -> None:
    """A weight without a dimension cannot be cut.

    Raises:
        SettingsError: `model` has one.
    """
    single = [name for name, weight in model.named_parameters() if not weight.dim()]
    if single:
        reason = (
            f"a weight of this model is a single number ({single[0]}), which cannot be cut into "
            "parts; give it one dimension, or choose replicated"
        )
        raise SettingsError([Problem("hardware.weights", reason)])


@contextmanager
def without_learning(model: nn.Module) -> Iterator[None]:
    """No gradients. What of a sharded model lies outside of its blocks is whole meanwhile.

    So evaluations may use it in other ways than `forward`; all processes come here together.
    """
    casting = getattr(model, CASTING, None)
    if casting is None:
        with torch.inference_mode():
            yield
        return
    model.unshard()  # type: ignore[operator]
    try:
        # Not the inference mode: the next step learns with the same memory.
        with torch.no_grad(), casting():
            yield
    finally:
        model.reshard()  # type: ignore[operator]


def align_buffers(model: nn.Module) -> None:
    """Gives every process the buffers of rank 0, as DDP does at each step."""
    for buffer in model.buffers():
        dist.broadcast(buffer, 0)


def _uses(model: nn.Module) -> Counter[nn.Parameter]:
    """How often each weight stands in its modules."""
    return Counter(
        weight
        for module in model.modules()
        for _, weight in module.named_parameters(recurse=False, remove_duplicate=False)
    )


def local(tensor: Tensor) -> Tensor:
    """The part of a sharded tensor that lies here; any other as it is."""
    part: Tensor = tensor.to_local() if hasattr(tensor, "to_local") else tensor
    return part
