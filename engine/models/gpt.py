"""GPT: a causal Transformer that learns to predict the next token, from scratch or continued."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.data.tokens.pretrained import Pretrained, read_tokenizer
from engine.models.base import Dropout, ModelSpec
from engine.models.pretrained import HELP, local_config, pretrained_folder, pretrained_problems
from engine.models.sampling import Sampling
from engine.problem import Problem, SettingsError
from engine.spec import RARE

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class Gpt(ModelSpec):
    """Learns to predict the next token from those before, and writes while it learns.

    GPT-2's design (Radford et al., 2019), from scratch or continued from pretrained weights. 12
    layers, width 768, 12 heads, 1,024 tokens of context and GPT-2's 50,257 tokens have its
    published 124,439,808 parameters.
    """

    title: ClassVar[str] = "GPT"
    tasks: ClassVar[tuple[str, ...]] = ("language_modelling",)
    modalities: ClassVar[tuple[str, ...]] = ("text",)
    kind: Literal["gpt"] = "gpt"
    pretrained: str = Field(
        "", max_length=500, description=f"{HELP}empty: from scratch, with the sizes below"
    )
    layers: int = Field(4, ge=1, le=200, description="blocks, from scratch only")
    width: int = Field(
        128, ge=4, le=32_768, description="numbers that stand for one token, from scratch only"
    )
    heads: int = Field(
        4, ge=1, le=256, description="attentions that share the width, from scratch only"
    )
    dropout: Dropout = Field(0.0, description="share of units silenced per step")
    tied: bool = Field(
        True,
        description="read the scores with the token embedding, which saves its size once; from "
        "scratch only",
        json_schema_extra=RARE,
    )
    sampling: Sampling = Sampling()

    def problems(self, card: Card) -> Iterator[Problem]:
        if self.pretrained:
            yield from pretrained_problems(self.pretrained)
            yield from self._too_long(card)
        elif self.width % self.heads:
            fitting = [n for n in range(1, self.heads + 1) if self.width % n == 0]
            yield Problem(
                "model.heads",
                f"the width of {self.width} is shared out among the heads, and {self.heads} do "
                f"not divide it; use e.g. {fitting[-1]} heads",
            )

    def _too_long(self, card: Card) -> Iterator[Problem]:
        most = local_config(self.pretrained).get("n_positions")
        if isinstance(most, int) and card.shape[0] > most:
            yield Problem(
                "data.context",
                f"{self.pretrained} sees at most {most} tokens, and data.context is "
                f"{card.shape[0]}; use at most {most}",
            )

    def tokens(self) -> Pretrained | None:
        if not self.pretrained:
            return None
        try:
            return read_tokenizer(pretrained_folder(self.pretrained))
        except FileNotFoundError as error:
            raise SettingsError([Problem("model.pretrained", str(error))]) from error

    def build(self, card: Card) -> nn.Module:
        """Maps tokens int64 `(batch, context)` to scores `(batch, context, vocabulary)`."""
        if self.pretrained:
            from engine.nets.gpt_weights import from_folder

            return from_folder(pretrained_folder(self.pretrained), card.shape[0], self.dropout)
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
