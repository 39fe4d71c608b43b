"""The rules that watch a run, on planted curves: what they tell of, and what is only noise."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alerts.overfitting import Overfitting, overfitting
from engine.alerts.plateau import Plateau, plateau
from engine.alerts.rounds import Round
from engine.alerts.spike import WINDOW, Spikes, spikes
from engine.events import Steps


def steps(losses: list[float], first: int = 1, rate: float = 0.1) -> Steps:
    return Steps(
        step=first + len(losses) - 1,
        epoch=1,
        seconds=[0.0] * len(losses),
        metrics={"train/loss": losses, "train/learning_rate": [rate] * len(losses)},
    )


def noisy(count: int, seed: int = 0, level: float = 2.0, noise: float = 0.05) -> list[float]:
    chance = random.Random(seed)
    return [level * math.exp(chance.gauss(0, noise)) for _ in range(count)]


def heard(losses: list[float], cuts: list[int] | None = None) -> list[tuple[int, str]]:
    """What is told of these losses, flushed at `cuts`; what is known passes through JSON there."""
    known, told = Spikes(), []
    for begin, end in itertools.pairwise([0, *sorted(set(cuts or [])), len(losses)]):
        if begin < end:
            known, new = spikes(known, steps(losses[begin:end], begin + 1), 8.0, "try this")
            known = Spikes.model_validate_json(known.model_dump_json())
            told += [(each.step, each.message) for each in new]
    return told


@pytest.mark.parametrize("level", [1e-4, 2.0, 5e6])
def test_one_loss_far_out_is_a_spike(level: float) -> None:
    losses = noisy(400, level=level)
    losses[299] *= 3
    ((step, message),) = heard(losses)
    assert step == 300
    assert "at step 300, 3." in message or "at step 300, 2." in message
    assert "times the usual" in message


def test_three_in_a_row_half_as_far_are_a_spike_where_they_began() -> None:
    losses = noisy(400, noise=0.11)
    losses[299:303] = [2 * 1.9] * 4
    ((step, message),) = heard(losses)
    assert step == 300
    assert "the loss has jumped since step 300: it is 3.8 at step 302" in message


def test_a_spike_is_over_when_the_loss_is_back_and_then_the_next_is_told() -> None:
    losses = noisy(1000)
    losses[300:340] = [9.0] * 40
    losses[600:605] = [9.0] * 5
    assert [step for step, _ in heard(losses)] == [301, 601]


def test_a_loss_that_stays_up_is_told_once_and_becomes_the_usual_one() -> None:
    losses = noisy(300) + noisy(600, seed=1, level=20) + [200.0] + noisy(50, seed=2, level=20)
    assert [step for step, _ in heard(losses)] == [301, 901]


def test_of_a_run_of_spikes_each_rests_twice_as_long_as_the_one_before() -> None:
    steps = [step for step, _ in heard(noisy(60) + [*noisy(30), 50.0] * 40)]
    assert 2 <= len(steps) <= 5
    rests = [after - before for before, after in itertools.pairwise(steps)]
    assert all(rest >= WINDOW * 2**place for place, rest in enumerate(rests))


def test_a_far_higher_spike_does_not_rest() -> None:
    losses = noisy(300)
    losses[150], losses[180] = 8.0, 500.0
    assert [step for step, _ in heard(losses)] == [151, 181]


def test_a_rise_that_is_nothing_beside_the_first_losses_is_no_spike() -> None:
    """Of a model that knows its data by heart, every hard sample would be one."""
    losses = noisy(100) + noisy(400, seed=1, level=3e-4)
    losses[400] = 0.02
    assert heard(losses) == []
    losses[400] = 0.5
    assert [step for step, _ in heard(losses)] == [401]


def test_a_jump_of_the_learning_rate_begins_anew() -> None:
    """A warm restart raises the loss as it should."""
    known, none = spikes(Spikes(), steps(noisy(300)), 8.0, "")
    known, told = spikes(known, steps(noisy(300, level=20), 301, rate=1.0), 8.0, "")
    assert (none, told) == ([], [])
    assert len(known.recent) == WINDOW


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(1, 499), max_size=12))
def test_what_is_told_does_not_depend_on_flushes_and_checkpoints(
    seed: int, cuts: list[int]
) -> None:
    chance = random.Random(seed)
    losses = noisy(500, seed, noise=chance.choice([0.02, 0.3, 1.0]))
    for _ in range(chance.randrange(4)):
        place, length = chance.randrange(60, 480), chance.choice([1, 5, 30])
        losses[place : place + length] = [9 * each for each in losses[place : place + length]]
    assert heard(losses, cuts) == heard(losses)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["normal", "exponential", "lognormal", "zeros"]))
def test_plain_noise_is_no_spike(seed: int, kind: str) -> None:
    chance = random.Random(seed)
    draw: dict[str, Callable[[], float]] = {
        "normal": lambda: abs(chance.gauss(1, 0.3)),
        "exponential": lambda: chance.expovariate(1),
        "lognormal": lambda: chance.lognormvariate(-3, 2),
        "zeros": lambda: chance.choice([0.0, 0.0, 1e-7]),
    }
    assert heard([draw[kind]() for _ in range(2000)]) == []


def rounds(training: list[float], validation: list[float]) -> list[Round]:
    pairs = zip(training, validation, strict=True)
    return [
        Round(step=10 * place, training=one, validation=other, share=1 / 40)
        for place, (one, other) in enumerate(pairs, start=1)
    ]


def test_a_plateau_needs_both_losses_to_stand_still() -> None:
    flat, falling = [1.0] * 40, [0.97**place for place in range(40)]
    for training, validation, expected in (
        (flat, flat, [110]),
        (falling, flat, []),
        (flat, falling, []),
    ):
        known, told = Plateau(), []
        for each in rounds(training, validation):
            known, new = plateau(known, each, 10)
            told += [alert.step for alert in new]
        assert told == expected


def test_a_second_plateau_is_told_after_a_fall() -> None:
    losses = [1.0] * 15 + [0.5] * 25
    known, told = Plateau(), []
    for each in rounds(losses, losses):
        known, new = plateau(known, each, 10)
        told += [alert.step for alert in new]
    assert told == [110, 360], "the second one lasts twice as long"


def test_a_slow_fall_is_no_plateau() -> None:
    losses = [0.998**place for place in range(40)]
    known, told = Plateau(), []
    for each in rounds(losses, losses):
        known, new = plateau(known, each, 10)
        told += new
    assert not told


def test_a_validation_loss_that_wobbles_is_no_overfitting() -> None:
    falling = [0.9**place for place in range(40)]
    chance = random.Random(1)
    wobbling = [1 + chance.gauss(0, 0.02) for _ in range(40)]
    known, told = Overfitting(), []
    for each in rounds(falling, wobbling):
        known, new = overfitting(known, each, 5, "")
        told += new
    assert not told


def test_a_loss_near_zero_that_doubles_is_no_overfitting() -> None:
    falling = [0.9**place for place in range(40)]
    tiny = [1.0] + [1e-4 * place for place in range(1, 40)]
    known, told = Overfitting(), []
    for each in rounds(falling, tiny):
        known, new = overfitting(known, each, 5, "")
        told += new
    assert not told
