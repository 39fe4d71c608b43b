"""The rules that watch a run: on real runs, on planted curves, across resumes and flushes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

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
    # While the loss falls steeply the usual one is wide: a spike may pass there, none is made up.
    assert {each.step for each in told} <= set(highest)
    assert max(highest) in {each.step for each in told}
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
