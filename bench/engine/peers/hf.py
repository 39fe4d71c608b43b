"""Hugging Face's Trainer; `logging_steps=1` keeps the loss of each step."""

from __future__ import annotations

import tempfile
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import Trainer, TrainerCallback, TrainingArguments

from bench.engine.task import Clock, Task, loss_of


class Losing(nn.Module):
    """The net, as the Trainer wants it: it returns its loss."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, inputs: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Loss and outputs."""
        outputs = self.net(inputs)
        return {"loss": loss_of(outputs, labels), "logits": outputs}


class Rows(Dataset[dict[str, Tensor]]):
    """Samples by name."""

    def __init__(self, samples: tuple[Tensor, Tensor]) -> None:
        self.inputs, self.targets = samples

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, place: int) -> dict[str, Tensor]:
        return {"inputs": self.inputs[place], "labels": self.targets[place]}


class Ticks(TrainerCallback):
    """Tells the clock of each step."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """A step has ended."""
        self.clock.step()


def run(task: Task) -> tuple[float, float]:
    """Without checkpoints; clipping, which is its default, is off as in the other loops."""
    clock = Clock(task)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=task.warm + task.steps,
            per_device_train_batch_size=task.batch,
            learning_rate=1e-3,
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            use_cpu=True,
            max_grad_norm=0.0,
            lr_scheduler_type="constant",
            dataloader_pin_memory=False,
            optim="adamw_torch",
        )
        torch.set_num_threads(1)
        trainer = Trainer(
            model=Losing(task.net()),
            args=arguments,
            train_dataset=Rows(task.samples()),
            callbacks=[Ticks(clock)],
        )
        trainer.train()
    return clock.microseconds()
