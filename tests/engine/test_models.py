"""Models: shapes and sizes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.data import Diabetes, Digits, Iris, Mnist
from engine.data.card import Card
from engine.models import Cnn, LinearRegression, LogisticRegression, Mlp


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
