"""The least that the same arithmetic takes: samples by index, fused AdamW, no metrics shown.

The gradient's norm is computed, because the engine's curve of it is arithmetic too.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from bench.engine.task import Task, loss_of, timed


def run(task: Task) -> tuple[float, float]:
    """Losses and norms are kept on the device and never read."""
    return timed(task, steps(task))


def steps(task: Task) -> Iterator[int]:
    """Yields after each step."""
    inputs, targets = task.samples()
    net = task.net()
    if inputs.dim() == 4:
        # torch declares `to` without memory formats.
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        inputs = inputs.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, fused=True)
    weights = list(net.parameters())
    kept = []
    while True:
        for places in torch.randperm(len(inputs)).split(task.batch):
            loss = loss_of(net(inputs.index_select(0, places)), targets.index_select(0, places))
            # torch gives `backward` no types.
            loss.backward()  # type: ignore[no-untyped-call]
            gradients = [weight.grad for weight in weights if weight.grad is not None]
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            kept.append((loss.detach(), norm))
            yield 1
