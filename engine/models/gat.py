"""Graph attention network."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec
from engine.models.mlp import Width
from engine.spec import RARE

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class Gat(ModelSpec):
    """Like a GCN, but each node learns how much to listen to which neighbour.

    Veličković et al., 2018. A step computes the whole graph whatever the batch size is, so take
    all labelled nodes at once.
    """

    title: ClassVar[str] = "GAT"
    tasks: ClassVar[tuple[str, ...]] = ("node_classification",)
    modalities: ClassVar[tuple[str, ...]] = ("graph",)
    kind: Literal["gat"] = "gat"
    hidden: list[Width] = Field(
        [8], min_length=1, max_length=16, description="width of one head in each layer but the last"
    )
    heads: int = Field(8, ge=1, le=256, description="attention heads of each layer but the last")
    output_heads: int = Field(
        1, ge=1, le=256, description="attention heads of the last layer, whose mean is the score"
    )
    dropout: Dropout = Field(
        0.6, description="share of the features and hidden units silenced per step"
    )
    attention_dropout: Dropout = Field(
        0.6, description="share of the neighbours not heard in a step"
    )
    slope: float = Field(
        0.2,
        ge=0,
        le=1,
        description="of the leaky ReLU over the attention's scores, below 0",
        json_schema_extra=RARE,
    )

    def build(self, card: Card) -> nn.Module:
        """Maps nodes `(batch,)`, features `(nodes, features)` and edges `(2, edges)` to scores."""
        from engine.nets.gat import GatNet, Rates

        rates = Rates(self.dropout, self.attention_dropout, self.slope)
        heads = [*(self.heads for _ in self.hidden), self.output_heads]
        return GatNet(card.shape[-1], [*self.hidden, card.outputs], heads, rates)
