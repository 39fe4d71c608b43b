"""Losses, one file a family. To add one: write its class with `build` in its family's file and
name it in the union there. Outputs and targets are those of `docs/architecture.md`; a target of
-100 counts in no loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from engine.losses.base import CLASSES, IGNORED, VALUES, LossFunction, LossSpec, Weigh
from engine.losses.classes import BinaryCrossEntropy, ClassLoss, CrossEntropy, Focal
from engine.losses.neighbours import NegativeSampling
from engine.losses.values import AbsoluteError, Huber, SquaredError, ValueLoss

if TYPE_CHECKING:
    import torch

    from engine.data.prepared import Prepared

__all__ = [
    "CLASSES",
    "IGNORED",
    "VALUES",
    "AbsoluteError",
    "Automatic",
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Focal",
    "Huber",
    "Loss",
    "LossFunction",
    "LossSpec",
    "NegativeSampling",
    "SquaredError",
    "Weigh",
    "loss_for",
]


class Automatic(LossSpec):
    """What fits the task: cross-entropy for classes and tokens, squared error for numbers."""

    title: ClassVar[str] = "Automatic"
    tasks: ClassVar[tuple[str, ...]] = (*CLASSES, *VALUES, "embedding")
    kind: Literal["automatic"] = "automatic"

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:
        """That of the loss it chooses."""
        return loss_for(self, prepared.card.task).build(prepared, device)


Loss = Annotated[Automatic | ClassLoss | ValueLoss | NegativeSampling, Field(discriminator="kind")]


def loss_for(loss: Loss, task: str) -> LossSpec:
    """The loss itself; for `Automatic` the one that it chooses for the task."""
    if not isinstance(loss, Automatic):
        return loss
    chosen: tuple[LossSpec, ...] = (CrossEntropy(), SquaredError(), NegativeSampling())
    return next(each for each in chosen if task in each.tasks)
