"""BERT: a Transformer encoder, fine-tuned from pretrained weights or trained from scratch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.data.tokens import END, PADDING, START
from engine.data.tokens.pretrained import Pretrained, read_tokenizer
from engine.models.base import Dropout, ModelSpec
from engine.models.pretrained import HELP, local_config, pretrained_folder, pretrained_problems
from engine.problem import Problem, SettingsError

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class Bert(ModelSpec):
    """Fine-tunes a pretrained encoder, with its own tokenizer, to classify texts.

    Without pretrained weights the same model from scratch (Devlin et al. 2019). BERT-base has 12
    layers, width 768, 12 heads and dense layers of 3,072.
    """

    title: ClassVar[str] = "BERT"
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    modalities: ClassVar[tuple[str, ...]] = ("text",)
    kind: Literal["bert"] = "bert"
    pretrained: str = Field(
        "", max_length=500, description=f"{HELP}empty: from scratch, with the sizes below"
    )
    layers: int = Field(2, ge=1, le=96, description="blocks, from scratch only")
    width: int = Field(
        128, ge=4, le=16_384, description="numbers that stand for one token, from scratch only"
    )
    heads: int = Field(
        2, ge=1, le=256, description="attentions that share the width, from scratch only"
    )
    dense: int = Field(
        512,
        ge=1,
        le=65_536,
        description="units of the dense layer in each block, from scratch only; often 4 widths",
    )
    pooling: Literal["mean", "first", "pooler"] = Field(
        "mean",
        description="what is made of the tokens: their mean, the first one, or the first one "
        "through BERT's pooling layer",
    )
    dropout: Dropout = Field(0.1, description="share of units silenced per step")
    frozen_layers: int | None = Field(
        None,
        ge=0,
        le=96,
        description="0 keeps the pretrained embeddings as they are, 2 the two lowest blocks too: "
        "faster, and less can be forgotten; none trains all",
        examples=[0],
    )

    def problems(self, card: Card) -> Iterator[Problem]:
        if self.pretrained:
            yield from pretrained_problems(self.pretrained)
            yield from self._too_long(card)
        else:
            yield from self._scratch_problems(card)

    def _too_long(self, card: Card) -> Iterator[Problem]:
        most = local_config(self.pretrained).get("max_position_embeddings")
        if isinstance(most, int) and card.shape[0] > most:
            yield Problem(
                "data.length",
                f"{self.pretrained} reads at most {most} tokens, and data.length is "
                f"{card.shape[0]}; use at most {most}",
            )

    def _scratch_problems(self, card: Card) -> Iterator[Problem]:
        if self.width % self.heads:
            fitting = [n for n in range(1, self.heads + 1) if self.width % n == 0]
            yield Problem(
                "model.heads",
                f"the width of {self.width} is shared out among the heads, and {self.heads} do "
                f"not divide it; use e.g. {fitting[-1]} heads",
            )
        if card.shape[0] > 511:
            yield Problem(
                "data.length",
                f"BERT reads at most 512 tokens, one of them its own, and data.length is "
                f"{card.shape[0]}; use at most 511",
            )
        if self.frozen_layers is not None:
            yield Problem(
                "model.frozen_layers",
                "from scratch nothing is worth keeping as it is; set model.pretrained, or choose "
                "none",
            )

    def tokens(self) -> Pretrained | None:
        if not self.pretrained:
            return None
        try:
            return read_tokenizer(pretrained_folder(self.pretrained))
        except FileNotFoundError as error:
            raise SettingsError([Problem("model.pretrained", str(error))]) from error

    def build(self, card: Card) -> nn.Module:
        """Maps tokens int64 `(batch, length)` to `(batch, card.outputs)`."""
        from engine.nets.bert import BertNet, BertSizes, Marks, freeze, from_folder, from_scratch

        own = self.tokens()
        if own is None:
            sizes = BertSizes(card.vocabulary, self.layers, self.width, self.heads, self.dense)
            encoder = from_scratch(sizes, self.pooling, self.dropout)
            marks = Marks(PADDING, END, first=START)
        else:
            encoder = from_folder(pretrained_folder(self.pretrained), self.pooling, self.dropout)
            marks = Marks(own.padding, own.end, first=None)
        if self.frozen_layers is not None:
            freeze(encoder, self.frozen_layers)
        return BertNet(encoder, marks, self.pooling, card.outputs, self.dropout)
