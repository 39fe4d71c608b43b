"""Matrix factorisation: a few numbers for each person and each item, and their product."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class Factorisation(ModelSpec):
    """Rating = mean + bias of the person + bias of the item + product of their factors.

    What won the Netflix prize (Koren, Bell and Volinsky, 2009). Weight decay and dropout decide
    how good it gets: most people have rated too little for their factors to be trusted.
    """

    title: ClassVar[str] = "Matrix factorisation"
    tasks: ClassVar[tuple[str, ...]] = ("rating",)
    modalities: ClassVar[tuple[str, ...]] = ("ratings",)
    kind: Literal["factorisation"] = "factorisation"
    factors: int = Field(
        64, ge=0, le=4096, description="numbers that stand for each person and item; 0: biases only"
    )
    dropout: Dropout = Field(0.5, description="share of the products of factors silenced per step")
    spread: float = Field(
        0.1, gt=0, le=10, description="standard deviation of the factors before the first step"
    )

    def build(self, card: Card) -> nn.Module:
        """Maps pairs int64 `(batch, 2)` of user and item to `(batch, 1)`."""
        from engine.nets.factorisation import FactorisationNet

        return FactorisationNet(card.users, card.items, self.factors, self.dropout, self.spread)
