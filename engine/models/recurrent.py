"""Recurrent networks: RNN, LSTM and GRU, three choices that share their settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card
    from engine.nets.recurrent import Cell

Units = Annotated[int, Field(ge=1, le=8192)]


class Recurrent(ModelSpec):
    """What the three have in common. `cell` is what they differ in."""

    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    modalities: ClassVar[tuple[str, ...]] = ("text", "series")
    cell: ClassVar[Cell]
    embedding: int = Field(
        64, ge=1, le=8192, description="numbers that stand for a token, or for a moment of a series"
    )
    layers: list[Units] = Field(
        [64, 64], min_length=1, max_length=16, description="units of each recurrent layer"
    )
    bidirectional: bool = Field(False, description="also read from the end to the beginning")
    pooling: Literal["last", "mean", "max"] = Field(
        "last",
        description="what is made of the states: the last one, their mean, or the largest of each",
    )
    dense: list[Units] = Field(
        [64], max_length=8, description="width of each dense layer before the output"
    )
    dropout: Dropout = Field(
        0.2, description="share of units silenced per step, between all layers"
    )

    def build(self, card: Card) -> nn.Module:
        """Maps `(batch, length)` tokens or `(batch, time, features)` to `(batch, outputs)`."""
        from engine.nets.recurrent import RecurrentNet, RecurrentSizes
        from engine.nets.sequences import Reader

        sizes = RecurrentSizes(
            cell=self.cell,
            layers=tuple(self.layers),
            dense=tuple(self.dense),
            outputs=card.outputs,
            bidirectional=self.bidirectional,
            pooling=self.pooling,
            dropout=self.dropout,
        )
        return RecurrentNet(Reader(card, self.embedding, deviation=0.1), sizes)


class Rnn(Recurrent):
    """Reads step by step and keeps a short memory (Elman 1990). Forgets what is far away."""

    title: ClassVar[str] = "RNN"
    kind: Literal["rnn"] = "rnn"
    cell: ClassVar[Cell] = "rnn"


class Lstm(Recurrent):
    """Reads step by step with gates that keep or forget (Hochreiter & Schmidhuber 1997).

    The defaults are the classic net: Embedding 64 - LSTM 64 - LSTM 64 - Dense 64.
    """

    title: ClassVar[str] = "LSTM"
    kind: Literal["lstm"] = "lstm"
    cell: ClassVar[Cell] = "lstm"


class Gru(Recurrent):
    """Like the LSTM with fewer gates, so a quarter smaller (Cho et al. 2014)."""

    title: ClassVar[str] = "GRU"
    kind: Literal["gru"] = "gru"
    cell: ClassVar[Cell] = "gru"
