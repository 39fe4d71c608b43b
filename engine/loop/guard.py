"""Judges each step before it is taken, and keeps copies of good weights to go back to.

What is usual is measured as for alerts (`engine/alerts/spike.py`): robust deviations of the
logarithm, of the loss and of the gradient's norm, over the last 100 steps that were taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from engine.alerts.spike import Ear, Spikes
from engine.loop.copies import Copy, copy_from, copy_of
from engine.loop.tensors import Numbers, Tensors
from engine.settings.guard import Guard
from engine.spec import Spec

if TYPE_CHECKING:
    from engine.loop.state import TrainState

WORSE = 10.0
"""times the first loss: beyond, the run is on its way to infinity"""
COPIES = GOOD, NEWER = "good", "newer"


class Bad(NamedTuple):
    """A step that was refused: loss and gradient norm as they would have been told, and why."""

    loss: float
    norm: float
    reason: str


class Kept(Spec):
    """What belongs to a copy beside its tensors."""

    step: int
    numbers: Numbers


class Watched(Spec):
    """What the guard knows; part of a checkpoint."""

    losses: Spikes = Spikes()
    norms: Spikes = Spikes()
    times: int = 0
    """how often the run has gone back"""
    first: float | None = None
    """loss of the first step"""
    total: float = 0.0
    """of the losses since a copy was last due"""
    count: int = 0
    good: Kept | None = None
    newer: Kept | None = None


@dataclass
class Guarding:
    """The guard of one training. Every process of a team has one, and all judge alike."""

    losses: Ear = field(default_factory=lambda: Ear(Spikes(), math.inf))
    norms: Ear = field(default_factory=lambda: Ear(Spikes(), math.inf))
    times: int = 0
    first: float | None = None
    total: float = 0.0
    count: int = 0
    good: Copy | None = None
    """a state after which at least `every` steps went well, or the first"""
    newer: Copy | None = None
    drift: str = ""
    """why the next step is refused whatever it is like"""
    refused: Bad | None = None
    """the step that was just refused, until the run has gone back"""

    def keep(self, state: TrainState, every: int) -> None:
        """Before a step: takes a copy when one is due. The one before has then proved good.

        None of weights that are far worse than the untrained ones, on a slow way to infinity that
        no single step of it betrays: the step is refused instead.
        """
        if self.newer is not None and (state.step % every or self.newer.step == state.step):
            return
        # Until the run has gone back all stays as it is: a close in between would lose it.
        mean = self.total / max(1, self.count)
        if mean > WORSE * (self.first or 0.0) > 0:
            self.drift = (
                f"loss was {mean:.3g} in the last {self.count} steps, {self.first:.3g} first"
            )
        else:
            self.good, self.newer = self.newer, copy_of(state)
            self.good = self.good or self.newer
            self.total, self.count = 0.0, 0

    def judge(
        self, guard: Guard, found: tuple[Tensor, Tensor], step: int, rate: float, *, scaled: bool
    ) -> bool:
        """Whether the step after `step` may be taken at this learning rate; else `refused` says
        why. `found`: its loss and the norm of its gradient. Waits for the device.

        `scaled`: under fp16 a gradient that is too large is the scaler's affair, not a bad step.
        """
        values = torch.stack([each.detach() for each in found]).tolist()
        reason = self.drift or _reason("loss", values[0], self.losses, guard.deviations)
        self.drift = ""
        if not (scaled and not math.isfinite(values[1])):
            reason = reason or _reason("gradient", values[1], self.norms, guard.deviations)
            if not reason:
                self.norms.hears(step, values[1], rate)
        if reason:
            self.refused = Bad(values[0], values[1], reason)
            return False
        self.losses.hears(step, values[0], rate)
        self.first = values[0] if self.first is None else self.first
        self.total, self.count = self.total + values[0], self.count + 1
        return True

    def go_back(self) -> Copy:
        """The good copy. What came after it may be what led to the bad step."""
        assert self.good is not None
        self.newer, self.total, self.count = self.good, 0.0, 0
        return self.good

    def watched(self) -> Watched:
        """For a checkpoint, beside `tensors`."""
        return Watched(
            losses=self.losses.known(),
            norms=self.norms.known(),
            times=self.times,
            first=self.first,
            total=self.total,
            count=self.count,
            good=_kept(self.good),
            newer=_kept(self.newer),
        )

    def tensors(self) -> dict[str, Tensors]:
        """Those of the copies; at first both are one."""
        copies = {GOOD: self.good, NEWER: None if self.newer is self.good else self.newer}
        return {name: copy.tensors() for name, copy in copies.items() if copy}

    def restore(self, watched: Watched, tensors: dict[str, Tensors]) -> None:
        """Takes over what `watched` and `tensors` told."""
        self.losses = Ear(watched.losses, math.inf)
        self.norms = Ear(watched.norms, math.inf)
        self.times, self.first = watched.times, watched.first
        self.total, self.count = watched.total, watched.count
        found = {GOOD: watched.good, NEWER: watched.newer}
        copies = {
            name: copy_from(tensors[name], kept.step, kept.numbers)
            for name, kept in found.items()
            if kept and name in tensors
        }
        self.good = copies.get(GOOD)
        self.newer = copies.get(NEWER, self.good)


def _reason(name: str, value: float, ear: Ear, deviations: float) -> str:
    """Why a step of this loss or norm is refused; empty where it is not."""
    if not math.isfinite(value):
        return f"{name} became {'NaN' if math.isnan(value) else 'infinite'}"
    beyond = ear.beyond(value)
    if beyond <= deviations:
        return ""
    return f"{name} jumped to {value:.3g}, {beyond:.0f} deviations above the usual {ear.usual:.3g}"


def _kept(copy: Copy | None) -> Kept | None:
    return Kept(step=copy.step, numbers=copy.numbers) if copy else None
