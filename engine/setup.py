"""What stays as it is while a run trains: data on the device, sizes, the facts of the machine."""

from __future__ import annotations

import platform
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from engine.check import problems
from engine.config import RunConfig
from engine.data.card import Card
from engine.data.prepare import Part, Prepared, TargetScale, prepare
from engine.device import choose_device, choose_threads, device_name, make_repeatable
from engine.evaluate import TensorPart
from engine.problem import Problem, SettingsError
from engine.randomness import seed_weights
from engine.state import TrainState


@dataclass(frozen=True)
class Setup:
    """One run on one machine. `parts`: `train`, `validation`, `test`, on the device."""

    config: RunConfig
    card: Card
    scale: TargetScale
    parts: dict[str, TensorPart]
    device: torch.device
    device_name: str
    threads: int
    versions: dict[str, str]

    @property
    def samples(self) -> dict[str, int]:
        """Number of samples in each part."""
        return {name: len(part.targets) for name, part in self.parts.items()}

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch; the last one may be smaller and counts."""
        return -(-self.samples["train"] // self.config.training.batch_size)

    @property
    def total_steps(self) -> int:
        """Steps of the whole run when nothing ends it early."""
        return self.steps_per_epoch * self.config.training.epochs

    @property
    def loss_factor(self) -> float:
        """From the loss the model sees to the loss in the targets' own unit."""
        return self.scale.deviation**2

    def learning_rate(self, step: int) -> float:
        """Of the step after `step` steps."""
        schedule, optimizer = self.config.schedule, self.config.optimizer
        return optimizer.learning_rate * schedule.factor(step, self.total_steps)


def set_up(config: RunConfig) -> Setup:
    """Checks the settings, loads the data and moves it to the device.

    Raises:
        SettingsError: these settings cannot be trained with, or not on this machine.
    """
    found = problems(config)
    if found:
        raise SettingsError(found)
    device = choose_device(config.hardware)
    make_repeatable(device)
    with torch.device("meta"):
        model = config.model.build(config.data.card)
    threads = choose_threads(config.hardware, model, config.training.batch_size)
    torch.set_num_threads(threads)
    prepared = _prepared(config)
    return Setup(
        config=config,
        card=prepared.card,
        scale=prepared.target,
        parts={name: _on_device(part, device) for name, part in prepared.parts.items()},
        device=device,
        device_name=device_name(device),
        threads=threads,
        versions={
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
        },
    )


def first_state(setup: Setup) -> TrainState:
    """The run before its first step: weights by the seed, made on the CPU wherever it trains."""
    seed_weights(setup.config.training.seed)
    model = setup.config.model.build(setup.card).to(setup.device)
    if any(isinstance(module, nn.Conv2d) for module in model.modules()):
        # 1.3 times as fast for convolutions on the CPU, and what a GPU's tensor cores want.
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = setup.config.optimizer.build(model.parameters())
    return TrainState(config=setup.config, model=model, optimizer=optimizer)


def _prepared(config: RunConfig) -> Prepared:
    try:
        return prepare(config.data)
    except FileNotFoundError as error:
        raise SettingsError([Problem("data", str(error))]) from error


def _on_device(part: Part, device: torch.device) -> TensorPart:
    inputs = torch.from_numpy(part.inputs).to(device)
    if inputs.dim() == 4:
        inputs = inputs.contiguous(memory_format=torch.channels_last)
    return TensorPart(inputs, torch.from_numpy(part.targets).to(device))
