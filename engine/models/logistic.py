"""Logistic (softmax) regression."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from engine.models.base import ModelSpec

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class LogisticRegression(ModelSpec):
    """One linear score per class, softmax over them; trained on the cross-entropy."""

    title: ClassVar[str] = "Logistic regression"
    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    modalities: ClassVar[tuple[str, ...]] = ("tabular", "image", "series")
    kind: Literal["logistic_regression"] = "logistic_regression"

    def build(self, card: Card) -> nn.Module:
        """Maps `(batch, *card.shape)` to scores `(batch, classes)`."""
        from torch import nn

        return nn.Sequential(nn.Flatten(), nn.Linear(card.features, card.outputs))
