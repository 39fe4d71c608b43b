"""Clipping is torch's own, bit for bit."""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm

from engine.config import Training
from engine.loop.restraint import restrain

SHAPES = [(64, 30), (64,), (2, 64), (2,)]


@pytest.mark.parametrize("norm", [None, 0.5, 1e6])
@pytest.mark.parametrize("value", [None, 0.3])
def test_clipping_equals_torch(norm: float | None, value: float | None) -> None:
    chance = torch.Generator().manual_seed(0)
    weights = [torch.nn.Parameter(torch.zeros(shape)) for shape in SHAPES]
    for weight in weights:
        weight.grad = torch.randn(weight.shape, generator=chance)
    ours = [weight.grad.clone() for weight in weights if weight.grad is not None]
    before = get_total_norm(ours)
    if value is not None:
        clip_grad_value_(weights, value)
    if norm is not None:
        clip_grad_norm_(weights, norm)

    told = restrain(Training(clip_norm=norm, clip_value=value), ours)

    assert torch.equal(told, before)
    for weight, gradient in zip(weights, ours, strict=True):
        assert weight.grad is not None
        assert torch.equal(weight.grad, gradient)
