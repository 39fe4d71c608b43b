"""Series of numbers: what a sample is, how it is scaled, and that time is divided in its order."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from engine.config import RunConfig
from engine.data.builtin import Builtin
from engine.data.series import AHEAD, EVERY, HOURS, DigitRows, Weather
from engine.events import Evaluation
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train

ALL = [DigitRows(), Weather()]


@pytest.mark.parametrize("data", ALL, ids=lambda data: data.kind)
def test_the_card_says_what_the_series_are(data: Builtin) -> None:
    raw, card = data.load(), data.card
    assert raw.inputs.shape == (card.samples, *card.shape)
    assert raw.inputs.dtype == np.float32
    assert np.isfinite(raw.inputs).all()
    assert np.isfinite(raw.targets).all()
    assert data.prepare().samples == data.sizes()


def test_a_digit_is_read_from_top_to_bottom() -> None:
    pictures, labels = load_digits(return_X_y=True)
    raw = DigitRows().load()
    assert np.array_equal(raw.inputs[7], pictures[7].reshape(8, 8))
    assert np.array_equal(raw.targets, labels)


def test_the_temperature_asked_for_is_that_of_tomorrow_at_this_hour() -> None:
    raw = Weather().load()
    ahead = (HOURS + AHEAD) // EVERY
    # What is asked of a sample stands in the window of a later one.
    place = HOURS - EVERY
    for row in (0, 500, 2000):
        shown = raw.inputs[row + ahead - place // EVERY - 1, place + EVERY - 1, 0]
        assert raw.targets[row] == shown
    assert raw.targets.min() > -15
    assert raw.targets.max() < 40


def test_the_weather_of_the_test_comes_after_all_that_was_learned() -> None:
    parts = Weather(limit=600).prepare().parts
    assert parts["train"].places.max() < parts["validation"].places.min()
    assert parts["validation"].places.max() < parts["test"].places.min()


def test_folds_would_mix_the_times() -> None:
    config = override(RunConfig(), ["data=weather", "model=lstm", "data.split.folds=5"])
    assert "data.split.folds" in [problem.path for problem in problems(config)]


def test_each_feature_is_scaled_over_all_its_times() -> None:
    inputs = Weather().prepare().parts["train"].inputs[0]
    assert inputs.mean(axis=(0, 1)) == pytest.approx(0, abs=1e-3)
    assert inputs.std(axis=(0, 1)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("model", ["lstm", "mlp"])
def test_tomorrow_is_foretold_better_than_by_today(model: str) -> None:
    """“As warm as today” is what a forecast has to beat."""
    words = ["data=weather", f"model={model}", "training.epochs=3", "training.batch_size=64"]
    words += ["optimizer.learning_rate=3e-3", "hardware.device=cpu", "hardware.threads=1"]
    words += ["model.layers=16"] if model == "lstm" else []
    config = override(RunConfig(), words)
    tested = next(e for e in train(config) if isinstance(e, Evaluation) and e.split == "test")
    part, raw = Weather().prepare().parts["test"], Weather().load()
    today, tomorrow = raw.inputs[part.places, -1, 0], raw.targets[part.places]
    assert tested.metrics["mse"] < np.mean((today - tomorrow) ** 2)
