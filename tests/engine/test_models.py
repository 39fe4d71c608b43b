"""Models and schedules: shapes and sizes."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import nn

from engine.data import Diabetes, Digits, Iris, Mnist
from engine.data.card import Card
from engine.models import Cnn, LinearRegression, LogisticRegression, Mlp
from engine.schedules import Constant, Cosine, Step


def parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def test_the_classic_cnn_has_93_322_parameters() -> None:
    model = Cnn().build(Mnist().card)
    assert parameters(model) == 93_322
    assert model(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh"])
def test_mlp_takes_images_and_tables(activation: str) -> None:
    mlp = Mlp(hidden=[7, 5], activation=activation, dropout=0.1)  # type: ignore[arg-type]
    assert mlp.build(Digits().card)(torch.zeros(3, 1, 8, 8)).shape == (3, 10)
    assert mlp.build(Diabetes().card)(torch.zeros(3, 10)).shape == (3, 1)
    assert parameters(mlp.build(Iris().card)) == 4 * 7 + 7 + 7 * 5 + 5 + 5 * 3 + 3


def test_linear_and_logistic_regression_are_one_layer() -> None:
    assert parameters(LinearRegression().build(Diabetes().card)) == 11
    assert parameters(LogisticRegression().build(Iris().card)) == 15


def test_an_image_too_small_for_the_convolutions_gets_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"8x8; at most 2 fit: list fewer channels"):
        Cnn().build(Digits().card)
    assert parameters(Cnn(channels=[4, 8]).build(Digits().card)) > 0


@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("side", [5, 8, 13, 28])
def test_the_predicted_size_is_the_real_one(kernel: int, depth: int, side: int) -> None:
    cnn = Cnn(channels=[2] * depth, kernel=kernel, dense=[])  # type: ignore[arg-type]
    card = Card("classification", "image", 1, (1, side, side), ("a", "b"))
    if min(cnn.side_after(card)) < 1:
        with pytest.raises(ValueError, match="need a larger image"):
            cnn.build(card)
    else:
        assert cnn.build(card)(torch.zeros(1, 1, side, side)).shape == (1, 2)


@pytest.mark.parametrize("schedule", [Constant, Cosine, Step])
def test_warm_up_rises_in_a_line_to_the_full_rate(schedule: type[Cosine]) -> None:
    factors = [schedule(warmup_steps=4).factor(step, 20) for step in range(20)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    assert factors[4] == 1.0
    assert all(later <= earlier for earlier, later in pairwise(factors[4:]))


def test_shapes() -> None:
    assert [Constant().factor(step, 10) for step in (0, 5, 9)] == [1, 1, 1]
    cosine = Cosine(floor=0.1)
    assert cosine.factor(0, 10) == 1
    assert cosine.factor(5, 10) == pytest.approx(0.55)
    assert cosine.factor(10, 10) == pytest.approx(0.1)
    step = Step(drops=2, decay=0.1)
    assert [step.factor(s, 9) for s in (0, 2, 3, 5, 6, 8)] == pytest.approx(
        [1, 1, 0.1, 0.1, 0.01, 0.01]
    )
    assert math.isclose(Step(warmup_steps=100).factor(0, 10), 0.01)
