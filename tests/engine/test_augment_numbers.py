"""Noise, gaps and movements in tables and series: in whose units, for which columns, repeatable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.config import RunConfig
from engine.data import BreastCancer, Diabetes, DigitRows, Iris, OwnTable, Weather
from engine.data.augmentation import SeriesAugmentation, TableAugmentation
from engine.data.source import Source
from engine.events import Started
from engine.loop.randomness import seed_step
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train
from tests.engine.own_tables import moment, store
from tests.engine.small import curve, evaluations, small

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))


def trained(data: Source) -> tuple[Tensor, Callable[[int], Tensor]]:
    """The training part as it is, and as a step sees it."""
    prepared = data.prepare()
    inputs = torch.from_numpy(prepared.parts["train"].inputs[0])
    augment = data.augmenter(prepared, CPU)

    def seen(step: int) -> Tensor:
        seed_step(7, step, CPU)
        return augment((inputs,))[0]

    return inputs, seen


EACH: dict[str, Source] = {
    "table noise": Iris(augmentation=TableAugmentation(noise=0.3)),
    "table dropout": Iris(augmentation=TableAugmentation(dropout=0.3)),
    "series noise": Weather(limit=300, augmentation=SeriesAugmentation(noise=0.3)),
    "series scale": Weather(limit=300, augmentation=SeriesAugmentation(scale=0.3)),
    "series shift": Weather(limit=300, augmentation=SeriesAugmentation(shift=5)),
}


@pytest.mark.parametrize("data", EACH.values(), ids=EACH)
def test_a_function_of_the_step_alone(data: Source) -> None:
    inputs, seen = trained(data)
    before = inputs.clone()
    assert torch.equal(seen(0), seen(0))
    assert not torch.equal(seen(0), seen(1))
    assert torch.equal(inputs, before)
    assert seen(0).shape == inputs.shape
    assert data.augmented


@pytest.mark.parametrize("data", [Iris(), Weather(limit=300)], ids=["table", "series"])
def test_nothing_chosen_changes_nothing(data: Source) -> None:
    inputs, seen = trained(data)
    assert seen(0) is inputs
    assert not data.augmented


@pytest.mark.parametrize("scaling", ["standard", "minmax", "none"])
def test_noise_is_in_deviations_of_each_column_whatever_its_scale(scaling: str) -> None:
    words = ["data=breast_cancer", f"data.scaling={scaling}", "data.augmentation.noise=0.5"]
    data = override(RunConfig(), words).data
    assert isinstance(data, BreastCancer)
    inputs, seen = trained(data)
    noise = torch.stack([seen(step) - inputs for step in range(20)])
    assert (noise.std((0, 1)) / inputs.std(0)).allclose(torch.tensor(0.5), rtol=0.03)


def test_dropout_sets_to_the_mean() -> None:
    inputs, seen = trained(Iris(augmentation=TableAugmentation(dropout=0.4)))
    means = inputs.mean(0)
    shares = []
    for step in range(40):
        changed = seen(step)
        gone = changed != inputs
        assert changed[gone].allclose(means.expand_as(changed)[gone], atol=1e-6)
        shares.append(gone.float().mean())
    assert torch.stack(shares).mean() == pytest.approx(0.4, abs=0.02)


def test_a_sex_of_one_or_two_is_no_quantity() -> None:
    inputs, seen = trained(Diabetes(augmentation=TableAugmentation(noise=1, dropout=0.5)))
    changed = (seen(0) != inputs).any(0)
    assert Diabetes.feature_names[1] == "sex"
    assert changed.tolist() == [True, False, *[True] * 8]


def mixed() -> str:
    draw = np.random.default_rng(0)
    rows = 120
    return store(
        {
            "age": [None if n % 9 == 0 else 20 + n % 50 for n in range(rows)],
            "vip": [n % 3 == 0 for n in range(rows)],
            "yes": [n % 2 for n in range(rows)],
            "colour": draw.choice(["red", "green", "blue"], rows).tolist(),
            "price": (draw.random(rows) * 100).tolist(),
            "when": [moment(2020 + n % 4, 1 + n % 12, 1 + n % 28, n % 24) for n in range(rows)],
            "label": [n % 3 for n in range(rows)],
        }
    )


@pytest.mark.parametrize("categories", ["one_hot", "ordinal"])
def test_only_quantities_of_ones_own_table_are_changed(categories: str) -> None:
    words = [f"data.table={mixed()}", "data.target=label", "data.missing_indicator=true"]
    words += [f"data.categories={categories}", "data.augmentation.noise=0.2"]
    data = override(RunConfig(), ["data=table", *words, "data.augmentation.dropout=0.3"]).data
    assert isinstance(data, OwnTable)
    inputs, seen = trained(data)
    names = data.prepare().names
    changed = (seen(0) != inputs).any(0).tolist()
    assert [name for name, each in zip(names, changed, strict=True) if each] == ["age", "price"]
    assert "age is missing" in names


def test_the_run_says_which_columns_are_changed() -> None:
    words = ["data=table", f"data.table={mixed()}", "data.target=label", "model=mlp"]
    words += ["data.augmentation.noise=0.2", "data.augmentation.dropout=0.1"]
    started = next(train(override(RunConfig(), [*words, "training.epochs=1"])))
    assert isinstance(started, Started)
    said = "noise of 0.2 deviations, 10 % set to the mean: age, price"
    assert started.choices["augmentation"] == said


def test_numbers_beside_a_text_are_not_read() -> None:
    table = store({"text": ["a b", "c d"] * 20, "label": ["x", "y"] * 20})
    data = OwnTable(
        table=table,
        target="label",
        text="text",
        augmentation=TableAugmentation(noise=0.1, dropout=0.1),
    )
    found = {each.path: each.message for each in problems(RunConfig(data=data))}
    for field in ("noise", "dropout"):
        assert "the text alone is read (text)" in found[f"data.augmentation.{field}"]


def test_a_shift_moves_whole_series_and_repeats_their_ends() -> None:
    inputs, seen = trained(DigitRows(augmentation=SeriesAugmentation(shift=2)))
    moved = seen(0)
    padded = torch.cat([inputs[:, :1]] * 2 + [inputs] + [inputs[:, -1:]] * 2, dim=1)
    windows = torch.stack([padded[:, first : first + 8] for first in range(5)])
    fits = (windows == moved).flatten(2).all(2)
    assert fits.any(0).all()
    assert (fits.float().mean(1) > 0.15).all()


def test_a_scale_stretches_around_the_mean_of_each_series() -> None:
    inputs, seen = trained(Weather(limit=900, augmentation=SeriesAugmentation(scale=0.4)))
    changed = seen(0)
    assert changed.mean(1).allclose(inputs.mean(1), atol=1e-5)
    factors = changed[:, :, 0].std(1) / inputs[:, :, 0].std(1)
    assert 0.6 <= factors.min() < 0.63
    assert 1.37 < factors.max() < 1.401


def test_a_shift_that_leaves_nothing_gets_a_sentence() -> None:
    data = DigitRows(augmentation=SeriesAugmentation(shift=8))
    found = {each.path: each.message for each in problems(RunConfig(data=data))}
    assert "8 places are the whole of a series of 8" in found["data.augmentation.shift"]


@pytest.mark.parametrize("data", ["iris", "digit_rows"])
def test_augmentation_is_for_training_alone(data: str) -> None:
    words = [f"data={data}", "model=mlp", "model.dropout=0", "optimizer.learning_rate=1e-12"]
    words += ["data.limit=140", "training.epochs=1", "training.batch_size=20"]
    plain, noisy = (
        list(train(small(*words, f"data.augmentation.noise={noise}"))) for noise in (0, 5)
    )
    assert curve(plain) != curve(noisy)
    losses = [[each["loss"] for each in evaluations(events).values()] for events in (plain, noisy)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
