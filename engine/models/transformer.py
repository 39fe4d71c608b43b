"""The encoder of a Transformer, to classify texts and series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec
from engine.problem import Problem

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class Transformer(ModelSpec):
    """Every token looks at every other: softmax(QK^T / sqrt(d)) V (Vaswani et al. 2017)."""

    title: ClassVar[str] = "Transformer"
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    modalities: ClassVar[tuple[str, ...]] = ("text", "series")
    kind: Literal["transformer"] = "transformer"
    layers: int = Field(2, ge=1, le=96, description="blocks of attention and dense layers")
    width: int = Field(64, ge=1, le=16_384, description="numbers that stand for each token")
    heads: int = Field(4, ge=1, le=256, description="attentions side by side in each block")
    dense: int = Field(
        128, ge=1, le=65_536, description="units of the dense layer in each block; often 4 widths"
    )
    positions: Literal["sinusoidal", "learned", "none"] = Field(
        "sinusoidal", description="how a token's place is told; without, order is lost"
    )
    pooling: Literal["first", "mean", "max"] = Field(
        "mean", description="what is made of the tokens: the first, their mean, or the largest"
    )
    dropout: Dropout = Field(0.1, description="share of units silenced per step")

    def problems(self, card: Card) -> Iterator[Problem]:  # noqa: ARG002
        if self.width % self.heads:
            fitting = [n for n in range(1, self.width + 1) if self.width % n == 0]
            nearest = min(fitting, key=lambda n: abs(n - self.heads))
            yield Problem(
                "model.heads",
                f"the width of {self.width} is shared out among the heads, and {self.heads} do "
                f"not divide it; use e.g. {nearest} heads",
            )

    def build(self, card: Card) -> nn.Module:
        """Maps `(batch, length)` tokens or `(batch, time, features)` to `(batch, outputs)`."""
        from engine.nets.encoder import EncoderNet, EncoderSizes
        from engine.nets.sequences import Reader

        sizes = EncoderSizes(
            length=card.shape[0],
            layers=self.layers,
            width=self.width,
            heads=self.heads,
            dense=self.dense,
            outputs=card.outputs,
            positions=self.positions,
            pooling=self.pooling,
            dropout=self.dropout,
        )
        return EncoderNet(Reader(card, self.width, deviation=self.width**-0.5), sizes)
