"""The rules that watch a run: on real runs, on planted curves, across resumes and flushes."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alerts.overfitting import Overfitting, overfitting
from engine.alerts.plateau import Plateau, plateau
from engine.alerts.rounds import Round
from engine.alerts.spike import FEWEST, MOST, WINDOW, Spikes, spikes
from engine.alerts.words import short
from engine.config import RunConfig
from engine.events import Alert, Evaluation, Event, Steps
from engine.presets import PRESETS
from engine.settings.command import override
from engine.train import train
from tests.engine.own_tables import store
from tests.engine.small import evaluations, small

NO_VALIDATION = ("data.split.validation=0", "training.keep_best=false", "model.dropout=0")
OVERFITS = (
    "training.epochs=25",
    "training.batch_size=16",
    "model.hidden=256,256",
    "model.dropout=0",
    "optimizer.learning_rate=3e-3",
    "schedule=constant",
    "hardware.threads=1",
)


def alerts(events: list[Event], code: str = "") -> list[Alert]:
    found = [each for each in events if isinstance(each, Alert)]
    return [each for each in found if each.code == code] if code else found


def overfitted(*more: str) -> RunConfig:
    return override(PRESETS["diabetes_mlp"], [*OVERFITS, *more])


def test_overfitting_is_told_once_with_where_it_began_and_what_is_kept() -> None:
    events = list(train(overfitted()))
    (alert,) = alerts(events, "overfitting")
    measured = [e for e in events if isinstance(e, Evaluation) and e.split == "validation"]
    losses = {each.step: each.metrics["loss"] for each in measured}
    lowest = min((step for step in losses if step < alert.step), key=lambda step: losses[step])
    assert f"overfitting since step {lowest:,}: the validation loss rose" in alert.message
    assert f"from {short(losses[lowest])} to {short(losses[alert.step])}" in alert.message
    assert f"the weights kept and tested are those of step {lowest:,}" in alert.message
    assert "training.early_stopping" in alert.message


def test_a_rule_can_be_switched_off_and_that_changes_no_weight() -> None:
    loud, quiet = list(train(overfitted())), list(train(overfitted("alerts.overfitting=none")))
    assert not alerts(quiet, "overfitting")
    assert evaluations(loud) == evaluations(quiet)


def test_a_run_that_cannot_learn_is_a_plateau_told_once() -> None:
    events = list(
        train(small("optimizer.learning_rate=1e-9", "schedule=constant", "training.epochs=25"))
    )
    (alert,) = alerts(events)
    assert alert.code == "plateau"
    # The first evaluation is the lowest; ten more make the plateau.
    assert alert.step == 11 * 8
    assert "since step 8, 80 steps ago" in alert.message


def test_without_a_validation_part_the_training_loss_is_enough() -> None:
    words = ("optimizer.learning_rate=1e-9", "schedule=constant", "training.epochs=25")
    events = list(train(small(*words, *NO_VALIDATION)))
    (alert,) = alerts(events)
    assert alert.code == "plateau"
    assert "the training loss" in alert.message
    assert "has not fallen by 1%" in alert.message


def test_a_wild_row_is_a_spike_at_the_step_that_met_it() -> None:
    chance = random.Random(0)
    xs = [chance.uniform(-1, 1) for _ in range(2000)]
    ys = [3 * x + chance.gauss(0, 0.5) for x in xs]
    ys[1234] = 500.0
    digest = store({"x": xs, "y": ys})
    config = small(
        "data=table",
        f"data.table={digest}",
        "data.target=y",
        "model.hidden=8",
        "training.batch_size=16",
        "training.epochs=3",
        "optimizer.learning_rate=1e-3",
        "data.split.test=0",
        *NO_VALIDATION,
    )
    events = list(train(config))
    told = alerts(events, "loss-spike")
    losses: dict[int, float] = {}
    for each in events:
        if isinstance(each, Steps):
            values = each.metrics["train/loss"]
            losses |= dict(enumerate(values, start=each.step - len(values) + 1))
    highest = sorted(losses, key=lambda step: losses[step])[-3:]
    assert {each.step for each in told} == {step for step in highest if step > FEWEST}
    assert "times the usual" in told[0].message


@pytest.mark.parametrize("stop", [3, 40, 77, 90])
def test_a_resume_repeats_no_alert_and_forgets_none(stop: int, tmp_path: Path) -> None:
    """Stopped wherever, the run says the same things at the same steps."""
    config = small("optimizer.learning_rate=1e-9", "schedule=constant", "training.epochs=25")
    whole = [(each.code, each.step, each.message) for each in alerts(list(train(config)))]
    events: list[Event] = []
    running = train(config, tmp_path)
    for event in running:
        events.append(event)
        if event.step >= stop:
            running.close()
    resumed = list(train(config, tmp_path, attempt=2))
    said = {(each.code, each.step, each.message) for each in alerts(events + resumed)}
    assert sorted(said) == sorted(whole)


def test_each_fold_is_watched_by_itself() -> None:
    words = ("optimizer.learning_rate=1e-9", "schedule=constant", "training.epochs=14")
    events = list(train(small(*words, "data.split.folds=2")))
    told = alerts(events)
    assert [each.fold for each in told] == [1, 2]
    assert [each.message.partition(":")[0] for each in told] == ["fold 1", "fold 2"]
    assert len({each.step - each.fold_begin for each in told}) == 1


# Curves that are planted.


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
            known, new = spikes(known, steps(losses[begin:end], begin + 1), 6.0, "try this")
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
    losses = noisy(400, noise=0.14)
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


def test_a_run_of_spikes_is_told_of_ten_times() -> None:
    losses = noisy(60) + [*noisy(30), 50.0] * 40
    told = heard(losses)
    assert len(told) == MOST
    assert told[-1][1].endswith("; further spikes are not told of")


def test_a_jump_of_the_learning_rate_begins_anew() -> None:
    """A warm restart raises the loss as it should."""
    known, none = spikes(Spikes(), steps(noisy(300)), 6.0, "")
    known, told = spikes(known, steps(noisy(300, level=20), 301, rate=1.0), 6.0, "")
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
    losses = [1.0] * 15 + [0.5] * 15
    known, told = Plateau(), []
    for each in rounds(losses, losses):
        known, new = plateau(known, each, 10)
        told += [alert.step for alert in new]
    assert told == [110, 260]


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
