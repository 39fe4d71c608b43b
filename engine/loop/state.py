"""`TrainState`: all that a resume needs, to and from the files of a checkpoint. No pickle.

Orders, dropout and learning rates are functions of the step, so no generator is in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Annotated, Any

import torch
from pydantic import Field
from safetensors.torch import load, save
from torch import nn
from torch.amp.grad_scaler import GradScaler
from torch.optim import Optimizer

from engine.alerts.known import Known
from engine.config import RunConfig
from engine.events import Alert, Changed, Evaluation, Event, Gradients, Refused, Steps
from engine.loop.average import Average
from engine.loop.gradients import Watch, layer_names
from engine.loop.guard import Guarding, Watched
from engine.loop.tensors import (
    Numbers,
    Tensors,
    copied,
    fill,
    flat_optimizer,
    plain,
    restore_optimizer,
)
from engine.machine.sharding import local
from engine.spec import Spec

WHOLE, SCALARS = ".safetensors", "state.json"
"""names of a checkpoint's files: ends of those with tensors, and the one with all else"""

RECENT_SECONDS = 1.0
"""events this old have long been written down by whoever listens"""

Remembered = Steps | Gradients | Evaluation | Alert | Changed | Refused
Told = Annotated[Remembered, Field(discriminator="kind")]
"""what carries points of curves, what was made of them, and what was changed"""


class Progress(Spec):
    """The part that is numbers. Losses are those of the validation part, on the original scale."""

    evaluated_step: int = 0
    """the step of the last evaluation that is behind us"""
    best_cost: float | None = None
    """of the metric that judges (`engine/loop/best.py`)"""
    best_step: int = 0
    lowest_cost: float | None = None
    """what early stopping compares with: only falls by more than `min_delta`"""
    waited_evaluations: int = 0
    """evaluations since `lowest_cost` fell"""
    losses: list[float] = []
    """of every evaluation so far"""
    tried: list[float] = []
    """training losses of all steps of a range test"""
    gradients: Watch = Watch()
    """of each layer, where they are measured"""
    known: Known = Known()
    """to the rules that watch the losses"""
    changes: list[Changed] = []
    """of the settings since the run began, oldest first"""
    pieces: int = 1
    """in which each batch is taken, since whole ones did not fit into memory"""
    left_out: list[int] = []
    """numbers of training samples that are not finite, as the guard found"""

    def with_change(self, change: Changed) -> Progress:
        """What is known once that was changed, or refused."""
        return self.model_copy(update={"changes": [*self.changes, change]})

    def after(self, step: int, loss: float, cost: float, min_delta: float) -> Progress:
        """What is known once the weights after `step` steps had this validation loss and cost."""
        best = self.best_cost is None or cost < self.best_cost
        fell = self.lowest_cost is None or cost < self.lowest_cost - min_delta
        return self.model_copy(
            update={
                "evaluated_step": step,
                "best_cost": cost if best else self.best_cost,
                "best_step": step if best else self.best_step,
                "lowest_cost": cost if fell else self.lowest_cost,
                "waited_evaluations": 0 if fell else self.waited_evaluations + 1,
                "losses": [*self.losses, loss],
            }
        )


class Scalars(Spec):
    """The content of `state.json`."""

    config: RunConfig
    progress: Progress
    optimizer: Numbers
    """the optimizer's numbers that are not tensors, by `<parameter>.<name>`"""
    recent: list[Told]
    scaler: dict[str, float | int] = {}
    """of the loss under fp16: its scale, and how long it has held"""
    guard: Watched | None = None


@dataclass
class TrainState:
    """Changes while training; what is not here is not resumed."""

    config: RunConfig
    model: nn.Module
    network: nn.Module
    """the model as a step calls it (`engine/machine/network.py`); the weights are `model`'s"""
    optimizer: Optimizer
    scaler: GradScaler
    """scales the loss under fp16, else does nothing"""
    step: int = 0
    """optimizer steps done"""
    progress: Progress = field(default_factory=Progress)
    average: Average | None = None
    """the running mean of the weights, when `training.ema` is on"""
    best: Tensors = field(default_factory=dict)
    """weights of the best evaluation, on the device; empty before the first evaluation"""
    recent: list[Told] = field(default_factory=list)
    """what was yielded in the last second: it may be lost with the process that heard it"""
    words: list[Alert] = field(default_factory=list)
    """to be told with the next steps"""
    guard: Guarding | None = None
    """judges each step before it is taken, when `training.guard` is on"""

    @cached_property
    def weights(self) -> list[nn.Parameter]:
        """Those that learn."""
        return [weight for weight in self.model.parameters() if weight.requires_grad]

    @cached_property
    def layers(self) -> list[str]:
        """The name of the layer that each of `weights` belongs to."""
        named = self.model.named_parameters()
        return layer_names(name for name, weight in named if weight.requires_grad)

    @cached_property
    def move(self) -> Callable[[], object]:
        """The optimizer's step, without the record for a profiler that torch puts around it.

        That record and its hooks, which nobody uses here, take 20 us.
        """
        step: Any = type(self.optimizer).step
        return partial(step.__wrapped__ if getattr(step, "hooked", False) else step, self.optimizer)

    def kept(self) -> Tensors:
        """A copy of the weights that are evaluated and kept: their running mean if there is one."""
        means = self.average.tensors if self.average else {}
        return copied({**self.model.state_dict(), **means})

    @contextmanager
    def judged(self) -> Iterator[None]:
        """Has the model hold the weights that are evaluated."""
        if self.average is None:
            yield
        else:
            with self.holding(self.kept()):
                yield

    def remember(self, event: Event) -> None:
        """Adds what is to be told again, and forgets what is older than `RECENT_SECONDS`."""
        self.recent = [old for old in self.recent if event.time - old.time < RECENT_SECONDS]
        if isinstance(event, Remembered):
            self.recent.append(event)

    def finite(self) -> bool:
        """Whether no weight here is NaN or infinite: such a state is not worth saving."""
        values = map(local, self.model.state_dict().values())
        weights = [each for each in values if each.is_floating_point()]
        return bool(torch.stack([torch.isfinite(w).all() for w in weights]).all())

    @contextmanager
    def holding(self, weights: Tensors) -> Iterator[None]:
        """Has the model hold other weights for a while; afterwards it has its own again."""
        own = copied(self.model.state_dict())
        fill(self.model.state_dict(), weights)
        try:
            yield
        finally:
            fill(self.model.state_dict(), own)

    def tensors(self) -> dict[str, Tensors]:
        """All tensors that a resume needs, by the file of a checkpoint that they belong to."""
        found: dict[str, Tensors] = {
            "model": dict(self.model.state_dict()),
            "optimizer": flat_optimizer(self.optimizer)[0],
        }
        if self.average:
            found["average"] = self.average.tensors
        if self.best:
            found["best"] = self.best
        return found | (self.guard.tensors() if self.guard else {})

    def scalars(self) -> Scalars:
        """All else that it needs."""
        return Scalars(
            config=self.config,
            progress=self.progress,
            optimizer=flat_optimizer(self.optimizer)[1],
            recent=self.recent,
            scaler=self.scaler.state_dict(),
            guard=self.guard.watched() if self.guard else None,
        )

    def to_files(self) -> dict[str, bytes]:
        """The contents of a checkpoint's files by name."""
        files = {name + WHOLE: save(plain(found)) for name, found in self.tensors().items()}
        return {**files, SCALARS: self.scalars().model_dump_json().encode()}

    def restore(self, files: dict[str, bytes], step: int) -> None:
        """Takes over a checkpoint made by `to_files` under the same model and optimizer."""
        named = {name: content for name, content in files.items() if name.endswith(WHOLE)}
        tensors = {name.removesuffix(WHOLE): load(content) for name, content in named.items()}
        self.take_over(read_scalars(files), tensors, step)

    def take_over(self, scalars: Scalars, tensors: dict[str, Tensors], step: int) -> None:
        """Goes on from what `scalars` and `tensors` told after `step` steps.

        Tensors are laid out as they are here: sharded where these are.
        """
        fill(self.model.state_dict(), tensors["model"])
        if self.average:  # a fork may have switched it on
            fill(self.average.tensors, tensors.get("average", self.model.state_dict()))
        self.best = {}
        if "best" in tensors:
            self.best = copied(self.model.state_dict())
            fill(self.best, tensors["best"])
        # Gradient descent keeps no tensors, so a checkpoint in parts has none of it.
        memory = tensors.get("optimizer", {})
        restore_optimizer(self.optimizer, {**memory, **scalars.optimizer})
        if scalars.scaler and self.scaler.is_enabled():
            self.scaler.load_state_dict(scalars.scaler)
        if self.guard and scalars.guard:
            self.guard.restore(scalars.guard, tensors)
        self.step, self.progress, self.recent = step, scalars.progress, list(scalars.recent)


def read_scalars(files: dict[str, bytes]) -> Scalars:
    """The part of a checkpoint that is JSON."""
    return Scalars.model_validate_json(files[SCALARS])
