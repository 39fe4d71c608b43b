"""`engine/optim/quick.py` moves weights as torch's fused kernels do, bit for bit."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.optim import Adam, AdamW, Optimizer

from engine.optim.quick import QuickAdam


class Branches(nn.Module):
    """Two layers, of which the second is used in some steps only."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(5, 4), nn.Linear(4, 4)

    def forward(self, step: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(step)
        found: torch.Tensor = self.first(torch.randn(8, 5, generator=generator))
        return self.second(found.relu()) if step % 5 != 3 else found


def trained(optimizer: Optimizer, model: Branches, steps: range) -> list[torch.Tensor]:
    """The weights after these steps."""
    for step in steps:
        model(step).square().mean().backward()
        optimizer.param_groups[0]["lr"] = 1e-2 / (1 + step)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return [weight.detach() for weight in model.parameters()]


def built(model: Branches, *, decoupled: bool) -> QuickAdam:
    return QuickAdam(
        model.parameters(), weight_decay=0.1, fused=True, decoupled_weight_decay=decoupled
    )


@pytest.mark.parametrize("decoupled", [True, False])
def test_weights_are_torchs_bit_for_bit(decoupled: bool) -> None:
    kind = AdamW if decoupled else Adam
    mine, theirs = Branches(), Branches()
    found = trained(built(mine, decoupled=decoupled), mine, range(12))
    reference = kind(theirs.parameters(), weight_decay=0.1, fused=True)
    expected = trained(reference, theirs, range(12))
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


def test_the_quick_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Branches()
    optimizer = built(model, decoupled=True)
    trained(optimizer, model, range(1))

    def refuse(*_: object) -> None:
        raise AssertionError("torch's step was called")

    monkeypatch.setattr(Adam, "step", refuse)
    trained(optimizer, model, range(1, 3))
    with pytest.raises(AssertionError, match="torch's step"):
        trained(optimizer, model, range(3, 4))  # the second layer has no gradient


def test_another_state_is_noticed() -> None:
    mine, theirs = Branches(), Branches()
    whole = trained(built(mine, decoupled=True), mine, range(6))
    first = built(theirs, decoupled=True)
    trained(first, theirs, range(3))
    # An optimizer that has already stepped on its own takes the other's state over.
    second = built(theirs, decoupled=True)
    kept = [weight.detach().clone() for weight in theirs.parameters()]
    trained(second, theirs, range(2))
    with torch.no_grad():
        for weight, value in zip(theirs.parameters(), kept, strict=True):
            weight.copy_(value)
    second.load_state_dict(first.state_dict())
    found = trained(second, theirs, range(3, 6))
    assert all(torch.equal(a, b) for a, b in zip(found, whole, strict=True))
