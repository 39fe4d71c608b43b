"""What every loss has: the tasks it fits, its function, and the unit it is told in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from engine.problem import Problem
from engine.spec import Spec

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from engine.data.card import Card
    from engine.data.prepared import Prepared

LossFunction = Callable[["Tensor", "Tensor"], "Tensor"]
"""outputs and targets of a batch to their mean loss, a scalar"""
Weigh = Callable[["Tensor"], "Tensor"]
"""targets of a batch to what it counts in the mean of several, a scalar"""

CLASSES = ("classification", "node_classification", "language_modelling", "seq2seq")
VALUES = ("regression", "rating")
IGNORED = -100
"""the target of what is no target: the padding of a sequence"""


class LossSpec(Spec):
    """A loss to choose. `tasks` are those it can be trained on."""

    tasks: ClassVar[tuple[str, ...]]

    @abstractmethod
    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:
        """The function for these data; what it needs of the training part is read here."""

    def weigh(self, prepared: Prepared, device: torch.device) -> Weigh | None:  # noqa: ARG002
        """What a batch counts when the losses of several are averaged; None: its samples.

        Where sequences are padded, that is the number of targets that are no padding.
        """
        return _targets_in if prepared.card.task == "seq2seq" else None

    def unit(self, deviation: float) -> float:  # noqa: ARG002
        """What to multiply a loss on scaled targets with, to have it in the targets' own unit."""
        return 1.0

    def problems(self, card: Card) -> Iterator[Problem]:  # noqa: ARG002
        """What only this loss knows of the data, at `loss` or one of its settings."""
        yield from ()


def _targets_in(targets: Tensor) -> Tensor:
    return (targets != IGNORED).sum().float()
