"""What a run trains with: data on the device, sizes, the facts of the machine, the settings."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.amp.grad_scaler import GradScaler

from engine.config import RunConfig
from engine.data.card import Card
from engine.data.prepared import Prepared
from engine.distributed.place import Place
from engine.distributed.team import Team
from engine.loop.average import Average
from engine.loop.guard import Guarding
from engine.loop.parts import Augment, TensorPart, on_device
from engine.loop.randomness import seed_weights
from engine.loop.state import TrainState
from engine.losses import LossFunction, Weigh, loss_for
from engine.machine.chosen import Machine, choose_machine
from engine.machine.layout import lay_out
from engine.machine.sharding import shard
from engine.machine.stacks import forget_activations
from engine.problem import Problem, SettingsError
from engine.settings.check import problems
from engine.settings.sizes import step_samples


@dataclass
class Setup:
    """One run on one machine. `parts`: `train`, `validation`, `test`, on the device."""

    config: RunConfig
    """as it stands now: `engine/loop/turn.py` may put another one here, and the loss with it"""
    prepared: Prepared
    parts: dict[str, TensorPart]
    loss: LossFunction
    weigh: Weigh | None
    """what a batch counts in the mean of several; None where all samples count the same"""
    augment: Augment
    machine: Machine
    versions: dict[str, str]
    left_out: Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.int64))
    """numbers of training samples that the guard found not to be finite"""
    watched: list[dict[str, Any]] = field(default_factory=list)
    """what is known of the samples shown at each evaluation (`engine/evaluation/watched.py`)"""

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.machine.device

    @property
    def team(self) -> Team:
        """The processes that train the run together."""
        return self.machine.team

    @property
    def card(self) -> Card:
        """The facts of the data, complete."""
        return self.prepared.card

    @cached_property
    def samples(self) -> dict[str, int]:
        """Number of samples in each part."""
        return {name: len(part) for name, part in self.parts.items()}

    @cached_property
    def steps_per_epoch(self) -> int:
        """Steps in an epoch; the last one may take fewer samples and counts."""
        return -(-self.samples["train"] // self.step_samples)

    @cached_property
    def step_samples(self) -> int:
        """Samples that a step learns from."""
        return step_samples(self.config, self.samples["train"])

    @property
    def total_steps(self) -> int:
        """Steps of the whole run when nothing ends it early."""
        training = self.config.training
        return training.steps or self.steps_per_epoch * training.epochs

    @property
    def epochs(self) -> int:
        """Epochs of the whole run; the last one may be cut short by `training.steps`."""
        return self.epoch_of(self.total_steps)

    @cached_property
    def loss_factor(self) -> float:
        """From the loss the model sees to the loss in the targets' own unit. Its kind stays."""
        return loss_for(self.config.loss, self.card.task).unit(self.prepared.target.deviation)

    def epoch_of(self, step: int) -> int:
        """The epoch, from 1, that the last of `step` steps belongs to."""
        return max(1, -(-step // self.steps_per_epoch))

    def next_evaluation(self, step: int) -> int:
        """The first step after `step` that ends with an evaluation, or with the run.

        Without a validation part there is none before the end: a run of short epochs would only
        tell of its steps more often, and take a tenth longer.
        """
        if not self.samples["validation"]:
            return self.total_steps
        every = self.config.training.evaluate_steps or self.steps_per_epoch
        return min(self.total_steps, (step // every + 1) * every)

    def learning_rate(self, step: int, losses: Sequence[float]) -> float:
        """Of the step after `step` steps; `losses` are the validation losses so far."""
        schedule, optimizer = self.config.schedule, self.config.optimizer
        return schedule.rate(optimizer.learning_rate, step, self.total_steps, losses)


def set_up(config: RunConfig, place: Place | None = None) -> Setup:
    """Checks the settings, loads the data and moves it to the device of this process.

    Raises:
        SettingsError: these settings cannot be trained with, or not on this machine.
    """
    found = problems(config)
    if found:
        raise SettingsError(found)
    prepared = prepare(config)
    with torch.device("meta"):
        model = config.model.build(prepared.card)
    machine = choose_machine(config, prepared, model, place or Place())
    loss = loss_for(config.loss, prepared.card.task)
    return Setup(
        config=config,
        prepared=prepared,
        parts={
            name: on_device(part, machine.device, on_host=machine.on_host and name == "train")
            for name, part in prepared.parts.items()
        },
        loss=loss.build(prepared, machine.device),
        weigh=loss.weigh(prepared, machine.device),
        augment=config.data.augmenter(prepared, machine.device),
        machine=machine,
        versions={
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
        },
    )


def prepare(config: RunConfig) -> Prepared:
    """The data of a run, ready to train on.

    Raises:
        SettingsError: they are not on this machine.
    """
    try:
        return config.data.prepare(config.model.tokens())
    except FileNotFoundError as error:
        raise SettingsError([Problem("data", str(error))]) from error


def first_state(setup: Setup) -> TrainState:
    """The run before its first step: weights by the seed, made on the CPU wherever it trains."""
    seed_weights(setup.config.training.seed)
    model = setup.config.model.build(setup.card)
    if setup.team.size > 1 and setup.device.type == "cuda":
        # torch gives it no types.
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)  # type: ignore[no-untyped-call]
    if setup.config.hardware.activation_checkpointing:
        forget_activations(model)
    if setup.team.sharded:
        model = shard(model, setup.device, setup.team.size, setup.machine.precision)
    else:
        model = lay_out(model.to(setup.device))
    ema = setup.config.training.ema
    return TrainState(
        config=setup.config,
        model=model,
        network=model,
        optimizer=setup.config.optimizer.build(model),
        scaler=GradScaler(setup.device.type, enabled=setup.machine.precision.scaled),
        average=Average(model, ema.decay) if ema else None,
        guard=Guarding() if setup.config.training.guard else None,
    )
