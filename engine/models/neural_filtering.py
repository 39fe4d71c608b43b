"""Neural collaborative filtering: a network in place of the product of factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec
from engine.models.mlp import Width

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class NeuralFiltering(ModelSpec):
    """A product of factors beside a network that reads factors of its own (NeuMF).

    He et al., 2017, figure 3. The paper ranks what people clicked; here it foretells the rating.
    """

    title: ClassVar[str] = "Neural collaborative filtering"
    tasks: ClassVar[tuple[str, ...]] = ("rating",)
    modalities: ClassVar[tuple[str, ...]] = ("ratings",)
    kind: Literal["neural_filtering"] = "neural_filtering"
    factors: int = Field(
        16, ge=1, le=4096, description="numbers that stand for a person and an item in the product"
    )
    embedding: int = Field(
        32, ge=1, le=4096, description="numbers that stand for each of them in the network"
    )
    hidden: list[Width] = Field(
        [64, 32, 16],
        min_length=1,
        max_length=16,
        description="width of each layer of the network",
    )
    dropout: Dropout = Field(0.3, description="share of units silenced per step")
    spread: float = Field(
        0.05, gt=0, le=10, description="standard deviation of all factors before the first step"
    )

    def build(self, card: Card) -> nn.Module:
        """Maps pairs int64 `(batch, 2)` of user and item to `(batch, 1)`."""
        from engine.nets.neural_filtering import FilteringSizes, NeuralFilteringNet

        sizes = FilteringSizes(
            users=card.users,
            items=card.items,
            factors=self.factors,
            embedding=self.embedding,
            hidden=tuple(self.hidden),
        )
        return NeuralFilteringNet(sizes, self.dropout, self.spread)
