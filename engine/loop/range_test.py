"""Reads a learning-rate range test: when it is over, and which learning rate it suggests.

Smith, "Cyclical learning rates" (2017, arXiv:1506.01186), section 3.3, with the rules of fastai's
`lr_find`: end when the smoothed loss is several times its lowest, suggest its steepest fall.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.config import RunConfig
from engine.problem import SettingsError
from engine.settings.command import override

MEMORY = 0.9
"""of the running mean that decides when the test is over"""
FEWEST = 20
"""points below which a slope is noise"""


@dataclass(frozen=True)
class Suggestion:
    """A learning rate, and the smoothed losses `(points,)` it was read from."""

    learning_rate: float
    smoothed: NDArray[np.float64]


def blown_up(losses: Sequence[float], ratio: float) -> int | None:
    """How many losses it took until their running mean was `ratio` times its lowest, or not
    finite; None when that never happened. Losses are those of all steps, in order.
    """
    mean, lowest = 0.0, math.inf
    for count, loss in enumerate(losses, start=1):
        mean = MEMORY * mean + (1 - MEMORY) * loss
        unbiased = mean / (1 - MEMORY**count)
        if not math.isfinite(unbiased) or unbiased > ratio * max(lowest, 1e-12):
            return count
        lowest = min(lowest, unbiased)
    return None


def suggest(learning_rates: Sequence[float], losses: Sequence[float]) -> Suggestion | None:
    """The learning rate at which the loss fell fastest per decade, before its lowest point.

    None when there are fewer than 20 finite points, or the loss never fell.
    """
    rates, values = np.asarray(learning_rates, float), np.asarray(losses, float)
    good = np.isfinite(values) & (rates > 0)
    rates, values = rates[good], values[good]
    if len(values) < FEWEST:
        return None
    smoothed = _smoothed(values)
    lowest = int(smoothed.argmin())
    slopes = np.gradient(smoothed, np.log10(rates))[: lowest + 1]
    steepest = int(slopes.argmin())
    if slopes[steepest] >= 0:
        return None
    # Two digits: the next would be noise.
    return Suggestion(float(f"{rates[steepest]:.2g}"), smoothed)


def after_test(config: RunConfig, learning_rate: str) -> RunConfig | None:
    """The run that the range test `config` was for, at what it found; None when that is no rate.

    Its schedule is the default one, for the test had none; its length is that of its epochs.
    """
    assignments = [f"optimizer.learning_rate={learning_rate}", "training.steps=none"]
    try:
        found = override(config, assignments)
    except SettingsError:
        return None
    usual = RunConfig()
    return found.model_copy(update={"schedule": usual.schedule, "name": ""})


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A mean weighted by a bell over about a tenth of the points.

    Centred, unlike a running mean, which would suggest too large a rate for being late.
    """
    width = max(1.0, len(values) / 40)
    reach = int(3 * width)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    padded = np.pad(values, reach, mode="edge")
    smooth: NDArray[np.float64] = np.convolve(padded, bell / bell.sum(), mode="valid")
    return smooth
