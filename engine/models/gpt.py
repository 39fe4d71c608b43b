"""GPT from scratch: a causal Transformer that learns to predict the next token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.models.base import ModelSpec
from engine.models.sampling import Sampling
from engine.problem import Problem
from engine.spec import RARE

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class Gpt(ModelSpec):
    """Learns to predict the next token from those before, and writes while it learns.

    GPT-2's design (Radford et al., 2019). 12 layers, width 768 and 12 heads with 1,024 tokens of
    context and GPT-2's 50,257 tokens have its published 124,439,808 parameters.
    """

    title: ClassVar[str] = "GPT"
    tasks: ClassVar[tuple[str, ...]] = ("language_modelling",)
    modalities: ClassVar[tuple[str, ...]] = ("text",)
    kind: Literal["gpt"] = "gpt"
    layers: int = Field(4, ge=1, le=200, description="Transformer blocks, one after another")
    width: int = Field(128, ge=4, le=32_768, description="numbers that stand for one token")
    heads: int = Field(4, ge=1, le=256, description="attention heads that share the width")
    dropout: float = Field(0.0, ge=0, lt=1, description="share of units silenced per step")
    tied: bool = Field(
        True,
        description="read the scores with the token embedding, which saves its size once",
        json_schema_extra=RARE,
    )
    sampling: Sampling = Sampling()

    def problems(self, card: Card) -> Iterator[Problem]:  # noqa: ARG002
        if self.width % self.heads:
            fitting = [n for n in range(1, self.heads + 1) if self.width % n == 0]
            yield Problem(
                "model.heads",
                f"{self.heads} heads cannot share a width of {self.width} equally; "
                f"use {fitting[-1]} heads, or a width of {_rounded(self.width, self.heads)}",
            )

    def build(self, card: Card) -> nn.Module:
        """Maps tokens int64 `(batch, context)` to scores `(batch, context, card.vocabulary)`."""
        from engine.nets.gpt import GptDesign, GptNet

        design = GptDesign(
            vocabulary=card.vocabulary,
            context=card.shape[0],
            layers=self.layers,
            width=self.width,
            heads=self.heads,
            tied=self.tied,
        )
        return GptNet(design, self.dropout)


def _rounded(width: int, heads: int) -> int:
    """The next width that the heads can share."""
    return -(-width // heads) * heads
