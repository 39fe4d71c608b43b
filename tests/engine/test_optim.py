"""Optimizers agree with torch's own, choose their kernels, and survive a checkpoint bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, get_args

import pytest
import torch
from torch import Tensor, nn

from engine.optim import (
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    GradientDescent,
    Lbfgs,
    Muon,
    NAdam,
    Optimizer,
    OptimizerSpec,
    RAdam,
    RmsProp,
    Sgd,
)
from engine.optim.muon import hidden_matrices

ALL: tuple[type[OptimizerSpec], ...] = get_args(get_args(Optimizer)[0])

Reference = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]

PLAIN: dict[str, tuple[OptimizerSpec, Reference]] = {
    "sgd": (
        Sgd(learning_rate=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    ),
    "gradient_descent": (
        GradientDescent(learning_rate=0.1, weight_decay=0.01),
        lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.01),
    ),
    "adam": (
        Adam(learning_rate=0.01, beta1=0.8, epsilon=1e-6, weight_decay=0.1),
        lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.999), eps=1e-6, weight_decay=0.1),
    ),
    "adamw": (
        AdamW(learning_rate=0.01, beta2=0.9, weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.9), weight_decay=0.1),
    ),
    "adamax": (Adamax(weight_decay=0.1), lambda p: torch.optim.Adamax(p, weight_decay=0.1)),
    "nadam": (
        NAdam(momentum_decay=0.01),
        lambda p: torch.optim.NAdam(p, lr=2e-3, momentum_decay=0.01),
    ),
    "radam": (RAdam(beta2=0.9), lambda p: torch.optim.RAdam(p, betas=(0.9, 0.9))),
    "rmsprop": (
        RmsProp(momentum=0.5, centered=True, smoothing=0.9),
        lambda p: torch.optim.RMSprop(p, lr=1e-3, momentum=0.5, centered=True, alpha=0.9),
    ),
    "adagrad": (
        Adagrad(start=0.1),
        lambda p: torch.optim.Adagrad(p, lr=0.01, initial_accumulator_value=0.1),
    ),
    "adadelta": (Adadelta(smoothing=0.8), lambda p: torch.optim.Adadelta(p, lr=1.0, rho=0.8)),
}


def net() -> nn.Sequential:
    """Embedding, hidden matrices, a convolution's four dimensions, biases, an output."""
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Embedding(7, 6),
        nn.Unflatten(2, (1, 6)),
        nn.Conv2d(5, 5, 1).to(memory_format=torch.channels_last),  # type: ignore[call-overload]
        nn.Flatten(),
        nn.Linear(30, 8),
        nn.Tanh(),
        nn.Linear(8, 8),
        nn.Tanh(),
        nn.Linear(8, 3),
    )


def loss_of(model: nn.Module, step: int) -> Tensor:
    words = (torch.arange(20).reshape(4, 5) * (step % 5 + 1)) % 7
    return nn.functional.cross_entropy(model(words), torch.tensor([0, 1, 2, 1]))


def steps(model: nn.Module, optimizer: torch.optim.Optimizer, numbers: range) -> None:
    for step in numbers:

        def again(step: int = step) -> Tensor:
            optimizer.zero_grad()
            loss = loss_of(model, step)
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        if isinstance(optimizer, torch.optim.LBFGS):
            optimizer.step(again)  # type: ignore[no-untyped-call]
        else:
            again()
            optimizer.step()


def same(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return all(torch.equal(mine, theirs) for mine, theirs in pairs)


@pytest.mark.parametrize("kind", PLAIN)
def test_steps_are_those_of_torch_one_weight_at_a_time(kind: str) -> None:
    spec, plain = PLAIN[kind]
    mine, theirs = net(), net()
    reference = plain(theirs.parameters())
    for group in reference.param_groups:
        group["foreach"] = group["fused"] = False
    steps(mine, spec.build(mine), range(6))
    steps(theirs, reference, range(6))
    for ours, expected in zip(mine.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(ours, expected, atol=1e-6, rtol=1e-5)
    assert not same(mine, net())


@pytest.mark.parametrize("kind", [*PLAIN])
def test_fused_kernels_where_they_exist_else_one_per_operation(kind: str) -> None:
    here = PLAIN[kind][0].build(net()).defaults
    fused = kind in ("sgd", "gradient_descent", "adam", "adamw", "adagrad")
    assert (bool(here.get("fused")), bool(here.get("foreach"))) == (fused, not fused)
    elsewhere = PLAIN[kind][0].build(nn.Linear(2, 2, device="meta")).defaults
    assert not elsewhere.get("fused")
    assert not elsewhere.get("foreach")


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.model_fields["kind"].default)
def test_going_on_from_its_state_is_bit_identical(cls: type[OptimizerSpec]) -> None:
    whole, first, second = net(), net(), net()
    optimizer = cls().build(whole)
    steps(whole, optimizer, range(6))
    before = cls().build(first)
    steps(first, before, range(3))
    second.load_state_dict(first.state_dict())
    after = cls().build(second)
    saved = before.state_dict()
    for values in saved["state"].values():
        assert all(
            value is None or isinstance(value, Tensor | float | int | bool)
            for value in values.values()
        ), "a checkpoint holds tensors and numbers only"
    after.load_state_dict({**after.state_dict(), "state": saved["state"]})
    steps(second, after, range(3, 6))
    assert same(whole, second)
    assert not same(whole, first)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.model_fields["kind"].default)
def test_weights_that_do_not_learn_stay(cls: type[OptimizerSpec]) -> None:
    model = net()
    weight = next(model.parameters()).requires_grad_(False)
    frozen = weight.detach().clone()
    steps(model, cls().build(model), range(2))
    assert torch.equal(weight, frozen)


def test_muon_moves_hidden_matrices_and_adamw_the_rest() -> None:
    model = net()
    hidden = hidden_matrices(model)
    assert [tuple(one.shape) for one in hidden] == [(8, 30), (8, 8)]
    before = hidden[1].detach().clone()
    optimizer = Muon(learning_rate=0.01, weight_decay=0.0).build(model)
    steps(model, optimizer, range(1))
    # An orthogonal update: its singular values are all about the learning rate x 0.2 x sqrt(8);
    # there are four of them, as there are four samples.
    moved = torch.linalg.svdvals(hidden[1].detach() - before) / (0.01 * 0.2 * 8**0.5)
    assert 0.5 < float(moved[3]) <= float(moved[0]) < 1.3
    others: list[Any] = [p for group in optimizer.param_groups[1:] for p in group["params"]]
    assert {id(p) for p in others} == {id(p) for p in model.parameters()} - set(map(id, hidden))


def test_muon_without_hidden_matrices_is_adamw() -> None:
    assert isinstance(Muon().build(nn.Linear(4, 2)), torch.optim.AdamW)


def test_lbfgs_solves_least_squares_in_a_few_steps() -> None:
    torch.manual_seed(0)
    inputs = torch.randn(50, 4)
    targets = inputs @ torch.tensor([[1.0], [-2.0], [3.0], [0.5]]) + 0.7
    model = nn.Linear(4, 1)
    optimizer = Lbfgs(iterations=10).build(model)

    def again() -> Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(inputs), targets)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    for _ in range(3):
        optimizer.step(again)  # type: ignore[arg-type]
    assert model.weight.flatten().tolist() == pytest.approx([1, -2, 3, 0.5], abs=1e-4)
