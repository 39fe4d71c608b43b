"""skorch's NeuralNet; its history keeps the loss of each batch."""

from __future__ import annotations

from typing import Any

import torch
from skorch import NeuralNet
from skorch.callbacks import Callback
from torch import Tensor, nn

from bench.engine.task import Clock, Task, loss_of


class Loss(nn.Module):
    """The loss as a module, as skorch wants it."""

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The mean."""
        return loss_of(outputs, targets)


# skorch carries no types.
class Ticks(Callback):  # type: ignore[misc]
    """Tells the clock of each step."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def on_batch_end(self, net: Any, training: bool = False, **_: Any) -> None:  # noqa: ARG002
        """A step has ended."""
        if training:
            self.clock.step()
        if self.clock.over:
            # skorch takes it for a person's Ctrl-C, and ends the fit in good order.
            raise KeyboardInterrupt


def run(task: Task) -> tuple[float, float]:
    """Without its validation."""
    inputs, targets = task.samples()
    clock = Clock(task)
    net = NeuralNet(
        task.net(),
        criterion=Loss,
        optimizer=torch.optim.AdamW,
        lr=1e-3,
        batch_size=task.batch,
        max_epochs=task.epochs(len(inputs)),
        iterator_train__shuffle=True,
        train_split=None,
        callbacks=[("ticks", Ticks(clock))],
    )
    net.fit(inputs, targets)
    return clock.microseconds()
