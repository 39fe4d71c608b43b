"""The loop of most tutorials: DataLoader, AdamW as it comes, `loss.item()` in each step."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch.utils.data import DataLoader, TensorDataset

from bench.engine.task import Task, loss_of, timed


def run(task: Task) -> tuple[float, float]:
    """Losses end up in a list of numbers."""
    return timed(task, steps(task))


def steps(task: Task) -> Iterator[int]:
    """Yields after each step."""
    net = task.net()
    loader = DataLoader(TensorDataset(*task.samples()), batch_size=task.batch, shuffle=True)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    losses = []
    while True:
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = loss_of(net(inputs), targets)
            # torch gives `backward` no types.
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(loss.item())
            yield 1
