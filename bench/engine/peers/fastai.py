"""fastai's Learner; its Recorder keeps the loss of each step."""

from __future__ import annotations

from typing import Any

import torch
from fastai.callback.core import Callback, CancelFitException
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner
from torch.utils.data import TensorDataset

from bench.engine.task import Clock, Task, loss_of


# fastai carries no types.
class Ticks(Callback):  # type: ignore[misc]
    """Tells the clock of each step."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def after_batch(self) -> None:
        """A step has ended."""
        if self.training:
            self.clock.step()
        if self.clock.over:
            raise CancelFitException


def run(task: Task) -> tuple[float, float]:
    """`fit`, not `fit_one_cycle`: a constant learning rate as elsewhere."""
    samples = TensorDataset(*task.samples())
    loader = DataLoader(samples, bs=task.batch, shuffle=True, num_workers=0)
    few = TensorDataset(*(each[: task.batch] for each in samples.tensors))
    validation = DataLoader(few, bs=task.batch)
    clock = Clock(task)

    def optimizer(groups: Any, lr: float) -> Any:
        from fastai.optimizer import OptimWrapper

        return OptimWrapper(groups, torch.optim.AdamW, lr=lr)

    learner = Learner(
        DataLoaders(loader, validation),
        task.net(),
        loss_func=loss_of,
        opt_func=optimizer,
        cbs=[Ticks(clock)],
    )
    learner.fit(task.epochs(len(samples)), lr=1e-3)
    return clock.microseconds()
