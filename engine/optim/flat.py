"""`torch.optim.LBFGS` whose state a checkpoint can hold: tensors and numbers instead of lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import LBFGS

_LISTS = ("old_dirs", "old_stps", "ro")


class FlatLbfgs(LBFGS):
    """The same steps, bit for bit, after a resume."""

    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override]
        """One step; gradients are laid out row by row, as torch's code expects them."""

        def plain() -> Tensor:
            loss = closure()
            for parameter in self.param_groups[0]["params"]:
                if parameter.grad is not None:
                    parameter.grad = parameter.grad.contiguous()
            return loss

        return super().step(plain)  # type: ignore[no-any-return, no-untyped-call]

    def state_dict(self) -> dict[str, Any]:
        """The history of moves as one tensor `(moves, weights)` each; scratch is left out."""
        whole = super().state_dict()
        return {**whole, "state": {key: _stacked(one) for key, one in whole["state"].items()}}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a state made by `state_dict`."""
        super().load_state_dict(state_dict)
        for one in self.state.values():
            for name in _LISTS:
                if "d" in one:
                    # Copies, because sums of a row depend on where in memory it begins.
                    one[name] = [row.clone() for row in one[name]] if name in one else []


def _stacked(state: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in state.items() if name not in (*_LISTS, "al")}
    return flat | {name: torch.stack(state[name]) for name in _LISTS if state.get(name)}
