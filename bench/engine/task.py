"""What every loop is given to train: the same samples, the same net, the same batch size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.config import RunConfig
from engine.loop.setup import first_state, set_up
from engine.settings.command import override

SAME = (
    "training.keep_best=false",
    "data.split.validation=0",
    "data.split.test=0",
    "optimizer=adamw",
    "schedule=constant",
    "hardware.device=cpu",
    "hardware.threads=1",
)


class CannotTrain(Exception):
    """A framework has no way to train this task. The text says why."""


@dataclass(frozen=True)
class Task:
    """A data set and a net. Measured are `steps` steps after `warm` of them."""

    name: str
    title: str
    settings: tuple[str, ...]
    batch: int
    warm: int
    steps: int

    @property
    def config(self) -> RunConfig:
        """As the engine's settings."""
        sizes = (f"training.batch_size={self.batch}", f"training.steps={self.warm + self.steps}")
        return override(RunConfig(), [*self.settings, *SAME, *sizes])

    def samples(self) -> tuple[Tensor, Tensor]:
        """All inputs and targets, as the engine prepares them."""
        setup = set_up(self.config)
        part = setup.parts["train"]
        inputs, targets = part.batch(torch.arange(len(part)))
        return inputs[0].contiguous(), targets.contiguous()

    def net(self) -> nn.Module:
        """The engine's, as the others would write it: rows of pixels, not channels last."""
        model = first_state(set_up(self.config)).model
        # torch declares `to` without memory formats.
        return model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]

    def epochs(self, samples: int) -> int:
        """Enough for all steps."""
        return -(-(self.warm + self.steps) // -(-samples // self.batch))


def loss_of(outputs: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy, also of sequences."""
    return functional.cross_entropy(outputs.flatten(0, -2), targets.flatten())


@dataclass
class Clock:
    """Counts steps and remembers when the measured ones began and ended."""

    task: Task
    count: int = 0
    marks: list[tuple[float, float]] = field(default_factory=list)

    def step(self) -> None:
        """A step has ended."""
        self.count += 1
        if self.count in (self.task.warm, self.task.warm + self.task.steps):
            self.marks.append((time.perf_counter(), time.process_time()))

    @property
    def over(self) -> bool:
        """Whether all steps are done."""
        return len(self.marks) == 2

    def microseconds(self) -> tuple[float, float]:
        """Of a step: by the wall clock, and of processor time in all threads."""
        (began, cpu), (ended, cpu_then) = self.marks
        share = 1e6 / self.task.steps
        return share * (ended - began), share * (cpu_then - cpu)


def timed(task: Task, steps: Iterator[int]) -> tuple[float, float]:
    """Microseconds of a step, wall and processor, of a loop that yields after each."""
    clock = Clock(task)
    while not clock.over:
        next(steps)
        clock.step()
    return clock.microseconds()


Run = Callable[[Task], tuple[float, float]]
"""trains a task; microseconds of a step: wall, processor"""

TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "mlp": Task(
            name="mlp",
            title="MLP 30-64-64-2, batch 32",
            settings=("data=breast_cancer", "model=mlp", "model.hidden=[64,64]"),
            batch=32,
            warm=200,
            steps=1500,
        ),
        "cnn": Task(
            name="cnn",
            title="CNN on 28x28 (93,322 parameters), batch 64",
            settings=("data=mnist", "model=cnn"),
            batch=64,
            warm=5,
            steps=50,
        ),
        "gpt": Task(
            name="gpt",
            title="GPT 4x128, context 64, batch 12",
            settings=(
                "data=python_docs",
                "model=gpt",
                "model.layers=4",
                "model.width=128",
                "model.heads=4",
                "model.sampling.length=0",
            ),
            batch=12,
            warm=5,
            steps=40,
        ),
    }
)
