"""LSTM encoder-decoder with attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec
from engine.spec import RARE

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class Seq2Seq(ModelSpec):
    """One LSTM reads the source both ways, another one writes the target and looks back at it.

    Sutskever et al. 2014; attention of Luong et al. 2015 or Bahdanau et al. 2015.
    """

    title: ClassVar[str] = "LSTM seq2seq with attention"
    tasks: ClassVar[tuple[str, ...]] = ("seq2seq",)
    modalities: ClassVar[tuple[str, ...]] = ("text",)
    kind: Literal["seq2seq"] = "seq2seq"
    embedding: int = Field(64, ge=1, le=16_384, description="numbers that stand for one token")
    hidden: int = Field(128, ge=1, le=16_384, description="width of each LSTM, each way")
    layers: int = Field(1, ge=1, le=16, description="LSTMs on top of each other, on each side")
    attention: Literal["luong", "bahdanau", "none"] = Field(
        "luong",
        description="luong: multiplies, and is fast; bahdanau: adds, and looks before each token; "
        "none: only the last state of the source is known",
    )
    dropout: Dropout = Field(0.1, description="share of units silenced per step")
    teacher_forcing: float = Field(
        1.0,
        ge=0,
        le=1,
        description="how often the true token before is given in training; otherwise the model's "
        "own guess (Bengio et al., 2015), which is slower",
        json_schema_extra=RARE,
    )

    def build(self, card: Card) -> nn.Module:
        """Maps sources and shifted targets to `(batch, target_length, card.target_vocabulary)`."""
        from engine.nets.recurrent_translator import RecurrentSizes, RecurrentTranslator

        sizes = RecurrentSizes(
            source=card.vocabulary,
            target=card.target_vocabulary,
            embedding=self.embedding,
            hidden=self.hidden,
            layers=self.layers,
            dropout=self.dropout,
        )
        return RecurrentTranslator(sizes, self.attention, self.teacher_forcing)
