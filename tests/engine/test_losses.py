"""Losses beside torch's and scikit-learn's, and on the scale of the target."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch
from sklearn.metrics import mean_absolute_error
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional

from engine.loop.setup import prepare
from engine.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    CrossEntropy,
    Focal,
    Huber,
    Loss,
    LossSpec,
    SquaredError,
)
from engine.losses.classes import class_weights
from engine.presets import PRESETS
from engine.settings.command import override
from engine.train import train
from tests.engine.small import evaluations, small

CPU = torch.device("cpu")
ALL: tuple[type[LossSpec], ...] = get_args(get_args(Loss)[0])


def scores(classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Outputs `(8, classes)` and their targets."""
    outputs = torch.linspace(-2, 3, 8 * classes).sin().reshape(8, classes) * 3
    return outputs, torch.arange(8) % classes


def test_every_loss_says_which_tasks_it_fits() -> None:
    assert all(cls.tasks and cls.title for cls in ALL)
    assert len({cls.model_fields["kind"].default for cls in ALL}) == len(ALL) == 8


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    prepared = prepare(small("data=breast_cancer"))
    targets = prepared.parts["train"].targets
    expected = compute_class_weight("balanced", classes=np.unique(targets), y=targets)
    found = class_weights("balanced", prepared, CPU)
    assert found is not None
    assert found.tolist() == pytest.approx(list(expected))


def test_binary_cross_entropy_is_cross_entropy_of_two_classes() -> None:
    prepared = prepare(small("data=breast_cancer"))
    outputs, targets = scores(2)
    plain = CrossEntropy().build(prepared, CPU)(outputs, targets)
    assert torch.allclose(BinaryCrossEntropy().build(prepared, CPU)(outputs, targets), plain)
    heavy = BinaryCrossEntropy(positive_weight=3).build(prepared, CPU)(outputs, targets)
    each = functional.cross_entropy(outputs, targets, reduction="none")
    assert torch.allclose(heavy, (each * torch.where(targets == 1, 3.0, 1.0)).mean())


def test_focal_without_gamma_is_cross_entropy_and_gamma_forgets_the_easy() -> None:
    prepared = prepare(small())
    outputs, targets = scores(10)
    targets[0] = -100
    plain = CrossEntropy().build(prepared, CPU)(outputs, targets)
    assert torch.allclose(Focal(gamma=0).build(prepared, CPU)(outputs, targets), plain)
    each = functional.cross_entropy(outputs[1:], targets[1:], reduction="none")
    expected = ((1 - (-each).exp()) ** 2 * each).mean()
    assert torch.allclose(Focal(gamma=2).build(prepared, CPU)(outputs, targets), expected)


def test_focal_has_a_gradient_where_the_model_is_certain() -> None:
    outputs = torch.tensor([[60.0, -60.0], [60.0, -60.0]], requires_grad=True)
    loss = Focal(gamma=0.5).build(prepare(small()), CPU)(outputs, torch.tensor([0, 1]))
    loss.backward()  # type: ignore[no-untyped-call]
    assert outputs.grad is not None
    assert bool(torch.isfinite(outputs.grad).all())


@pytest.mark.parametrize("loss", [SquaredError(), AbsoluteError(), Huber(delta=0.7)])
def test_the_unit_is_that_of_the_target(loss: Huber) -> None:
    """The loss of scaled numbers times `unit` is the loss of the numbers themselves."""
    prepared = prepare(PRESETS["diabetes_linear"])
    outputs, targets = torch.randn(9, 1), torch.randn(9)
    scaled = loss.build(prepared, CPU)(outputs, targets) * loss.unit(5.0)
    raw = loss
    if isinstance(loss, Huber):
        raw = Huber(delta=loss.delta * 5.0)
    assert torch.allclose(raw.build(prepared, CPU)(outputs * 5, targets * 5), scaled)


def test_the_absolute_errors_loss_is_the_mean_absolute_error() -> None:
    words = ["loss=absolute_error", "training.epochs=30", "hardware.threads=1"]
    found = evaluations(train(override(PRESETS["diabetes_linear"], words)))
    metrics = next(metrics for (split, _), metrics in found.items() if split == "test")
    assert metrics["loss"] == pytest.approx(metrics["mae"], rel=1e-5)
    prepared = prepare(PRESETS["diabetes_linear"])
    test = prepared.parts["test"].targets * prepared.target.deviation
    assert metrics["mae"] < mean_absolute_error(test, np.zeros(len(test)))
