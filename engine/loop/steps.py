"""Losses wait on the device until many are fetched at once: a fetch stops a GPU in its tracks."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from engine.events import Gradients, Steps

FLUSH_STEPS = 64
FLUSH_SECONDS = 0.15


class Taken(NamedTuple):
    """A step that was taken; what it left is on the device."""

    step: int
    """its number, from 1"""
    loss: Tensor
    norm: Tensor
    """of its gradient, before clipping"""
    rate: float
    layers: Tensor | None = None
    """the gradient's norm for each weight `(weights,)`; None in most steps"""


@dataclass
class Pending:
    """Steps done and not yet told."""

    losses: list[Tensor] = field(default_factory=list)
    norms: list[Tensor] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    measured: list[tuple[int, float, Tensor]] = field(default_factory=list)
    """step, its wall-clock end and the norms of its layers"""
    flushed: float = 0.0

    def add(self, taken: Taken) -> None:
        """One step."""
        self.losses.append(taken.loss.detach())
        self.norms.append(taken.norm)
        self.rates.append(taken.rate)
        self.seconds.append(time.time())
        if taken.layers is not None:
            self.measured.append((taken.step, self.seconds[-1], taken.layers))

    def due(self) -> bool:
        """Whether to flush: 64 steps, or 0.15 s since the last flush."""
        late = self.seconds[-1] - self.flushed >= FLUSH_SECONDS
        return late or len(self.losses) >= FLUSH_STEPS

    def flush_gradients(self, layers: list[str]) -> Gradients | None:
        """All pending measurements, summed up by layer; None when there are none.

        `layers` names the layer of each weight.
        """
        if not self.measured:
            return None
        norms: dict[str, list[float]] = {layer: [] for layer in layers}
        for row in torch.stack([squares for _, _, squares in self.measured]).square().tolist():
            sums = dict.fromkeys(norms, 0.0)
            for layer, square in zip(layers, row, strict=True):
                sums[layer] += square
            for layer, total in sums.items():
                norms[layer].append(math.sqrt(total))
        steps = [step for step, _, _ in self.measured]
        seconds = [ended for _, ended, _ in self.measured]
        self.measured = []
        return Gradients(step=steps[-1], steps=steps, seconds=seconds, norms=norms)

    def flush(self, step: int, epoch: int, loss_factor: float) -> Steps:
        """All pending steps, `step` being the last; losses times `loss_factor`. Empties itself."""
        values = torch.stack(self.losses + self.norms).tolist()
        count = len(self.losses)
        event = Steps(
            step=step,
            epoch=epoch,
            seconds=self.seconds,
            metrics={
                "train/loss": [loss * loss_factor for loss in values[:count]],
                "train/learning_rate": self.rates,
                "train/gradient_norm": values[count:],
            },
        )
        self.losses, self.norms, self.rates, self.seconds = [], [], [], []
        self.flushed = event.time
        return event


def bad_step(steps: Steps) -> tuple[int, str] | None:
    """Place in `steps` of the first loss or gradient that is not finite, and a word for it."""
    pairs = zip(steps.metrics["train/loss"], steps.metrics["train/gradient_norm"], strict=True)
    for place, (loss, norm) in enumerate(pairs):
        if not math.isfinite(loss):
            return place, f"loss became {_word(loss)}"
        if not math.isfinite(norm):
            return place, f"gradient became {_word(norm)}"
    return None


def cut_after(steps: Steps, place: int) -> Steps:
    """The event without what came after `place`: those steps were taken with broken weights."""
    dropped = len(steps.seconds) - place - 1
    return steps.model_copy(
        update={
            "step": steps.step - dropped,
            "seconds": steps.seconds[: place + 1],
            "metrics": {name: values[: place + 1] for name, values in steps.metrics.items()},
        }
    )


def _word(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinite"
