"""Which of the numbers that a script logs says how good its run is, by the names people use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.loop.best import COUNTS_MOST, RISING

LOSSES = ("train/loss", "loss", "train_loss")
"""what people call the loss of training; ours is the first one"""

_MEASURED = re.compile(r"(?:val|valid|validation|eval|test)[/_](.+)")
_SHORT = {"acc": "accuracy"}


def scored(metrics: Mapping[str, Sequence[float]]) -> tuple[str, Sequence[float]]:
    """Name and values of what counts most of a validation: `val/acc`, `eval_loss`."""
    found = {plain(name): name for name in metrics if _MEASURED.fullmatch(name)}
    chosen = next((found[each] for each in COUNTS_MOST if each in found), "")
    return chosen, metrics.get(chosen, ())


def plain(name: str) -> str:
    """What is measured, without the part of the data: `accuracy` of `val/acc`."""
    measured = _MEASURED.fullmatch(name)
    last = measured[1] if measured else name
    return _SHORT.get(last, last)


def better(name: str, value: float, than: float) -> bool:
    """Whether `value` of that curve is better than another one."""
    return value > than if plain(name) in RISING else value < than
