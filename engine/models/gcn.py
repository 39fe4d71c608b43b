"""Graph convolutional network."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec
from engine.models.mlp import Width

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class Gcn(ModelSpec):
    """Every layer gives each node a mean of what its neighbours are, so likeness spreads.

    Kipf and Welling, 2017. A step computes the whole graph whatever the batch size is, so take all
    labelled nodes at once.
    """

    title: ClassVar[str] = "GCN"
    tasks: ClassVar[tuple[str, ...]] = ("node_classification",)
    modalities: ClassVar[tuple[str, ...]] = ("graph",)
    kind: Literal["gcn"] = "gcn"
    hidden: list[Width] = Field(
        [16],
        min_length=1,
        max_length=16,
        description="width of each layer before the last; with one, a node hears of its "
        "neighbours' neighbours",
    )
    dropout: Dropout = Field(
        0.5, description="share of the features and hidden units silenced per step"
    )

    def build(self, card: Card) -> nn.Module:
        """Maps nodes `(batch,)`, features `(nodes, features)` and edges `(2, edges)` to scores."""
        from engine.nets.gcn import GcnNet

        return GcnNet(card.shape[-1], [*self.hidden, card.outputs], self.dropout)
