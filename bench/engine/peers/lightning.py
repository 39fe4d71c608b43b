"""Lightning's Trainer; the loss of each step goes to its CSV logger and its progress bar."""

from __future__ import annotations

import tempfile
from typing import Any

import lightning
import torch
from lightning.pytorch.loggers import CSVLogger
from torch.utils.data import DataLoader, TensorDataset

from bench.engine.task import Clock, Task, loss_of


class Module(lightning.LightningModule):
    """The net, its loss and its optimizer."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.net = task.net()

    def training_step(self, batch: Any, _: int) -> torch.Tensor:
        """One batch."""
        inputs, targets = batch
        loss = loss_of(self.net(inputs), targets)
        self.log("loss", loss, prog_bar=True)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW as it comes."""
        return torch.optim.AdamW(self.parameters(), lr=1e-3)


class Ticks(lightning.Callback):
    """Tells the clock of each step."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def on_train_batch_end(self, *_: Any) -> None:
        """A step has ended."""
        self.clock.step()


def run(task: Task) -> tuple[float, float]:
    """Without checkpoints."""
    clock = Clock(task)
    loader = DataLoader(TensorDataset(*task.samples()), batch_size=task.batch, shuffle=True)
    with tempfile.TemporaryDirectory() as folder:
        trainer = lightning.Trainer(
            accelerator="cpu",
            max_steps=task.warm + task.steps,
            max_epochs=-1,
            logger=CSVLogger(folder),
            log_every_n_steps=1,
            enable_checkpointing=False,
            enable_model_summary=False,
            callbacks=[Ticks(clock)],
        )
        trainer.fit(Module(task), loader)
    return clock.microseconds()
