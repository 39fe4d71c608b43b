"""Schedules: warm-up, shapes beside torch's own, plateaus, and the range test's suggestion."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LRScheduler,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
)

from engine.loop.range_test import blown_up, suggest
from engine.schedules import (
    Constant,
    Cosine,
    Exponential,
    Linear,
    OneCycle,
    Plateau,
    Polynomial,
    RangeTest,
    Schedule,
    ScheduleSpec,
    Step,
    Warmup,
)

ALL: tuple[type[ScheduleSpec], ...] = get_args(get_args(Schedule)[0])
WARMING = [cls for cls in ALL if issubclass(cls, Warmup)]
FALLING = [cls for cls in WARMING if cls is not OneCycle]


@pytest.mark.parametrize("schedule", WARMING)
def test_warm_up_rises_in_a_line_to_the_shape(schedule: type[Warmup]) -> None:
    factors = [schedule(warmup_steps=4).factor(step, 20) for step in range(20)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    assert factors[4:] == [schedule().factor(step, 16) for step in range(16)]


@pytest.mark.parametrize("schedule", FALLING)
def test_they_begin_at_the_full_rate_and_never_rise(schedule: type[Warmup]) -> None:
    factors = [schedule().factor(step, 50) for step in range(50)]
    assert factors[0] == 1.0
    assert all(later <= earlier for earlier, later in pairwise(factors))
    assert min(factors) > 0


def test_shapes() -> None:
    assert [Constant().factor(step, 10) for step in (0, 5, 9)] == [1, 1, 1]
    assert Cosine(floor=0.1).factor(5, 10) == pytest.approx(0.55)
    assert Linear(floor=0.2).factor(5, 10) == pytest.approx(0.6)
    assert Exponential(floor=0.01).factor(10, 10) == pytest.approx(0.01)
    step = Step(drops=2, decay=0.1)
    found = [step.factor(s, 9) for s in (0, 2, 3, 5, 6, 8)]
    assert found == pytest.approx([1, 1, 0.1, 0.1, 0.01, 0.01])
    assert math.isclose(Step(warmup_steps=100).factor(0, 10), 0.01)


def torch_rates(kind: str, total: int) -> list[float]:
    """The rates of torch's scheduler over `total` steps at a learning rate of 1."""
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler: LRScheduler
    if kind == "cosine":
        scheduler = CosineAnnealingLR(optimizer, total)
    elif kind == "polynomial":
        scheduler = PolynomialLR(optimizer, total, power=2.0)
    elif kind == "exponential":
        scheduler = ExponentialLR(optimizer, 0.01 ** (1 / total))
    else:
        scheduler = OneCycleLR(optimizer, 1.0, total_steps=total + 1, cycle_momentum=False)
    rates = []
    for _ in range(total):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize("schedule", [Cosine(), Polynomial(), Exponential()], ids=lambda s: s.kind)
def test_they_are_those_of_torch(schedule: Cosine) -> None:
    ours = [schedule.rate(1.0, step, 40) for step in range(40)]
    assert ours == pytest.approx(torch_rates(schedule.kind, 40), abs=1e-6)


def test_one_cycle_is_that_of_torch_but_for_where_the_top_falls() -> None:
    """torch puts the top one step earlier (`pct_start * total_steps - 1`)."""
    ours = [OneCycle().rate(1.0, step, 200) for step in range(200)]
    assert ours == pytest.approx(torch_rates("one_cycle", 200), abs=0.02)
    assert max(ours) == pytest.approx(1.0)
    assert ours[0] == pytest.approx(0.04)
    assert ours[-1] < 1e-3


def test_plateau_is_that_of_torch() -> None:
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    reference = ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
    # torch lowers when more than `patience` evaluations were bad, we when `patience` were.
    plateau = Plateau(decay=0.5, patience=3)
    losses: list[float] = []
    for loss in [3, 2, 2, 2, 1.99999, 2, 2, 1, 1, 1, 1, 1, 1, 0.5, 0.6, 0.6, 0.6]:
        losses.append(loss)
        reference.step(loss)
        expected = optimizer.param_groups[0]["lr"]
        assert plateau.rate(1.0, 10, 100, losses) == pytest.approx(expected), losses
    assert plateau.drops(losses) == 3
    assert Plateau(floor=0.3).factor(9, 10, [1.0] * 100) == 0.3
    assert Plateau(warmup_steps=10).factor(4, 100, losses) == 0.5


def test_a_range_test_rises_by_the_same_factor_whatever_the_optimizers_rate() -> None:
    test = RangeTest(lowest=1e-4, highest=1.0)
    rates = [test.rate(0.123, step, 5) for step in range(5)]
    assert rates == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1.0])
    with pytest.raises(ValueError, match=r"lowest must be below highest \(1\); 2 was given"):
        RangeTest(lowest=2.0, highest=1.0)


def falling(rates: np.ndarray) -> np.ndarray:
    """A loss that falls fastest at 0.01, is lowest about 0.1 and blows up after that."""
    return 2.3 - 2 / (1 + (0.01 / rates) ** 1.5) + (rates / 0.5) ** 3


def test_the_suggestion_is_the_steepest_fall() -> None:
    rates = np.geomspace(1e-6, 10, 300)
    noise = np.random.PCG64(0).random_raw(300) / 2**64 - 0.5
    found = suggest(list(rates), list(falling(rates) + 0.1 * noise))
    assert found is not None
    assert 0.005 < found.learning_rate < 0.02
    assert len(found.smoothed) == 300


def test_no_suggestion_from_few_points_or_a_loss_that_never_falls() -> None:
    rates = list(np.geomspace(1e-6, 10, 100))
    assert suggest(rates[:10], [1.0] * 10) is None
    assert suggest(rates, list(np.linspace(1, 2, 100))) is None
    assert suggest(rates, [math.nan] * 100) is None


def test_it_is_over_when_the_loss_has_blown_up() -> None:
    losses = list(falling(np.geomspace(1e-6, 10, 300)))
    end = blown_up(losses, 4.0)
    assert end is not None
    assert 200 < end < 300
    assert blown_up(losses[: end - 1], 4.0) is None
    assert blown_up(losses, 1e6) is None
    assert blown_up([1.0, 1.0, math.nan], 4.0) == 3
