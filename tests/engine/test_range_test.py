"""A learning-rate range test as a run: it ends by itself, and what it suggests trains well."""

from __future__ import annotations

import math
import re
from pathlib import Path

from engine.config import RunConfig
from engine.events import Alert, Evaluation, Steps
from engine.loop.range_test import after_test
from engine.saving.checkpoint import Checkpoints
from engine.settings.command import override
from engine.train import train
from tests.engine.small import curve, evaluations, last, small

PLAIN = ("optimizer=sgd", "model.hidden=64", "model.dropout=0", "training.clip_norm=none")
TEST = ("schedule=range_test", "training.steps=200", "training.batch_size=32")


def test_it_ends_when_the_loss_blows_up_and_suggests_a_rate_that_learns() -> None:
    config = small(*TEST, *PLAIN, "schedule.highest=100")
    events = list(train(config))
    end = last(events)
    assert end.reason == "completed"
    assert 60 < end.step < 200
    assert end.step == max(curve(events))
    assert not [each for each in events if isinstance(each, Evaluation | Alert)]
    rates = curve(events, "train/learning_rate")
    assert math.isclose(rates[1], 1e-6)
    assert math.isclose(rates[51] / rates[1], rates[101] / rates[51])
    words = re.fullmatch(
        r"the loss fell fastest at a learning rate of (\S+); it blew up at (\S+)", end.message
    )
    assert words, end.message
    suggested, blew_up = map(float, words.groups())
    assert 0.01 < suggested < blew_up < 100
    scores = [accuracy(config, suggested * factor) for factor in (0.01, 1, 50)]
    assert scores[1] > 0.9
    assert scores[1] > max(scores[0], scores[2]) + 0.1, "too small and too large rates are worse"


def accuracy(test: RunConfig, learning_rate: float) -> float:
    """Of the run that the test was for."""
    config = after_test(test, f"{learning_rate:g}")
    assert config is not None
    found = evaluations(train(override(config, ["training.epochs=8"])))
    return next(metrics["accuracy"] for (split, _), metrics in found.items() if split == "test")


def test_what_it_found_is_a_run_of_its_own() -> None:
    config = after_test(small(*TEST), "0.025")
    assert config is not None
    assert config.optimizer.learning_rate == 0.025
    assert config.training.steps is None
    assert config.schedule == RunConfig().schedule
    assert after_test(small(*TEST), "fast") is None
    assert after_test(small(*TEST), "-1") is None


def test_a_loss_that_is_no_number_is_its_end_and_no_failure() -> None:
    words = ("optimizer=sgd", "schedule.highest=100", "schedule.blow_up=1000000")
    events = list(
        train(
            small(
                *TEST,
                *words,
                "model.dropout=0",
                "training.clip_norm=none",
                "data=diabetes",
                "model=mlp",
            )
        )
    )
    assert last(events).reason == "completed"
    assert last(events).step < 200


def test_one_that_never_blows_up_goes_to_the_highest_rate() -> None:
    events = list(train(small(*TEST, "schedule.highest=1e-4")))
    assert last(events).reason == "completed"
    assert last(events).step == 200
    assert "it was tried up to 0.0001" in last(events).message


def test_too_few_steps_are_said() -> None:
    events = list(train(small(*TEST, "training.steps=10", "schedule.highest=1e-4")))
    assert last(events).message.startswith("no learning rate can be suggested")


def test_going_on_ends_at_the_same_step_with_the_same_words(tmp_path: Path) -> None:
    config = small(*TEST, "training.checkpoint_seconds=3600")
    whole = list(train(config, tmp_path / "whole"))
    heard = []
    running = train(config, tmp_path / "parts")
    for event in running:
        heard.append(event)
        if isinstance(event, Steps) and event.step >= 40:
            running.close()
    assert Checkpoints(tmp_path / "parts" / "checkpoints", 1).newest()[0] is not None
    rest = list(train(config, tmp_path / "parts"))
    assert curve(heard + rest) == curve(whole)
    assert last(rest).message == last(whole).message
    assert last(rest).step == last(whole).step
