"""T5: an encoder that reads and a decoder that writes, with positions as distances.

Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
Transformer". The parts are in `t5_blocks.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor, nn

from engine.nets.t5_blocks import Pair, Stack


@dataclass(frozen=True)
class T5Design:
    """The sizes of a T5 and what else its weights were made for."""

    source: int
    """tokens of the source vocabulary"""
    target: int
    width: int
    heads: int
    head_width: int
    dense: int
    """width inside the feed-forward layers"""
    layers: int
    decoder_layers: int
    shared: bool = False
    """one embedding for source and target"""
    tied: bool = True
    """scores are read with the target embedding"""
    scaled: bool = True
    """what they are read from is made smaller, by the root of the width"""
    activation: Literal["relu", "gated_gelu"] = "relu"
    buckets: int = 32
    """classes of distance that attention tells apart"""
    longest: int = 128
    """distances from here on are one class"""
    epsilon: float = 1e-6


@dataclass(frozen=True)
class Reading:
    """What is kept of a source while its target is written.

    `padding` is `(batch, length)`; `read` has the keys and values of the source for each decoder
    block, `written` those of the target so far, `(batch, heads, length, head_width)` each. Before
    the first step `read` has the states of the encoder instead, `(batch, length, width)`.
    """

    padding: Tensor
    read: Sequence[Pair | Tensor | None]
    written: Sequence[Pair | None]


class T5Net(nn.Module):
    """`source` and `target`, int64 `(batch, length)`, to scores `(batch, length, vocabulary)`.

    Source tokens of number 0 are padding and change nothing. `target` is shifted by one: it begins
    with the start.
    """

    def __init__(self, design: T5Design, dropout: float = 0.0) -> None:
        super().__init__()
        width = design.width
        self.scale = width**-0.5 if design.scaled else 1.0
        self.source_embedding = nn.Embedding(design.source, width)
        # No module for what is shared: the weights would stand twice in `state_dict`.
        self.target_embedding = None if design.shared else nn.Embedding(design.target, width)
        self.encoder = Stack(design, dropout, design.layers, writes=False)
        self.decoder = Stack(design, dropout, design.decoder_layers, writes=True)
        self.head = None if design.tied else nn.Linear(width, design.target, bias=False)
        self._initialise(design)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Scores of the token after each of `target`."""
        return self.step(target, self.begin(source))[0]

    def begin(self, source: Tensor) -> Reading:
        """Reads `source` `(batch, length)`."""
        lengths = (source != 0).sum(1).clamp(min=1)
        padding = torch.arange(source.shape[1], device=source.device) >= lengths[:, None]
        states, *_ = self.encoder(self.source_embedding(source), padding)
        count = len(self.decoder.blocks)
        return Reading(padding, [states] * count, [None] * count)

    def step(self, tokens: Tensor, reading: Reading) -> tuple[Tensor, Reading]:
        """Scores after each of `tokens` `(batch, count)`, which follow what was written so far."""
        own = self.target_embedding
        table = self.source_embedding if own is None else own
        states, written, read = self.decoder(
            table(tokens), reading.padding, read=reading.read, written=reading.written
        )
        states = states * self.scale
        if self.head is None:
            scores = nn.functional.linear(states, table.weight)
        else:
            scores = self.head(states)
        return scores, replace(reading, read=read, written=written)

    def _initialise(self, design: T5Design) -> None:
        """As T5 was: what leaves a layer has the size of what enters it, without scaled scores.

        But distances begin as loud as words are: from the quiet start of T5 (1 / root of the
        width), Adam takes a thousand steps of 1e-3 until a head looks at one place.
        """
        inner = design.heads * design.head_width
        deviations = {"query": (design.width * design.head_width) ** -0.5, "out": inner**-0.5}
        deviations |= {"wide": design.dense**-0.5, "distances": 1.0}
        for name, weight in self.named_parameters():
            if "embedding" in name or name.startswith("head"):
                nn.init.normal_(weight, std=1.0)
            elif weight.dim() == 2:
                kind = name.split(".")[-2]
                nn.init.normal_(weight, std=deviations.get(kind, design.width**-0.5))
