"""Multi-layer perceptron."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card

Width = Annotated[int, Field(ge=1, le=65_536)]


class Mlp(ModelSpec):
    """Fully connected layers with an activation and dropout between them."""

    title: ClassVar[str] = "MLP"
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    modalities: ClassVar[tuple[str, ...]] = ("tabular", "image", "series")
    kind: Literal["mlp"] = "mlp"
    hidden: list[Width] = Field(
        [128, 64], min_length=1, max_length=32, description="width of each hidden layer"
    )
    activation: Literal["relu", "gelu", "tanh"] = Field("relu", description="between the layers")
    dropout: Dropout = Field(0.0, description="share of hidden units silenced per step")

    def build(self, card: Card) -> nn.Module:
        """Maps `(batch, *card.shape)` to `(batch, card.outputs)`."""
        from torch import nn

        activations = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}
        layers: list[nn.Module] = [nn.Flatten()]
        width = card.features
        for hidden in self.hidden:
            layers += [nn.Linear(width, hidden), activations[self.activation]()]
            layers.append(nn.Dropout(self.dropout))
            width = hidden
        return nn.Sequential(*layers, nn.Linear(width, card.outputs))
