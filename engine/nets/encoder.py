"""The encoder of a Transformer (Vaswani et al. 2017), and what is made of its states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.nets.sequences import Reader, inside, lengths_of, pooled, trimmed

Positions = Literal["sinusoidal", "learned", "none"]
Pooling = Literal["first", "mean", "max"]


@dataclass(frozen=True)
class EncoderSizes:
    """`length`: most positions; `dense`: units of the dense layer in each block."""

    length: int
    layers: int
    width: int
    heads: int
    dense: int
    outputs: int
    positions: Positions
    pooling: Pooling
    dropout: float


class EncoderNet(nn.Module):
    """Tokens int64 `(batch, length)` or series float32 `(batch, time, features)` to scores
    `(batch, outputs)`. Padding is not attended to.
    """

    def __init__(self, reader: Reader, sizes: EncoderSizes) -> None:
        super().__init__()
        self.reader = reader
        self.pooling = sizes.pooling
        self.positions: nn.Module | None = None
        if sizes.positions == "sinusoidal":
            self.positions = Sinusoids(sizes.length, sizes.width)
        elif sizes.positions == "learned":
            self.positions = Learned(sizes.length, sizes.width)
        self.dropout = nn.Dropout(sizes.dropout)
        self.blocks = nn.ModuleList(EncoderBlock(sizes) for _ in range(sizes.layers))
        self.norm = nn.LayerNorm(sizes.width)
        self.head = nn.Linear(sizes.width, sizes.outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        lengths = lengths_of(inputs)
        inputs = trimmed(inputs, lengths)
        # As large as the positions that are added, whatever the width.
        hidden = self.reader(inputs) * math.sqrt(self.reader.width)
        if self.positions is not None:
            hidden = self.positions(hidden)
        # A series has no padding, and attention without a mask is faster.
        mask = None
        if not inputs.is_floating_point():
            mask = inside(lengths, inputs.shape[1])[:, None, None, :]
        hidden = self.dropout(hidden)
        for block in self.blocks:
            hidden = block(hidden, mask)
        hidden = self.norm(hidden)
        found = hidden[:, 0] if self.pooling == "first" else pooled(hidden, lengths, self.pooling)
        scores: Tensor = self.head(self.dropout(found))
        return scores


class EncoderBlock(nn.Module):
    """Self-attention and two dense layers, each on normed values and added to what came in.

    The norm stands before, not after (Xiong et al. 2020): it trains without a long warm-up.
    """

    def __init__(self, sizes: EncoderSizes) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(sizes.width)
        self.attention = SelfAttention(sizes.width, sizes.heads)
        self.dense_norm = nn.LayerNorm(sizes.width)
        self.dense = nn.Sequential(
            nn.Linear(sizes.width, sizes.dense), nn.ReLU(), nn.Linear(sizes.dense, sizes.width)
        )
        self.dropout = nn.Dropout(sizes.dropout)

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        hidden = hidden + self.dropout(self.attention(self.attention_norm(hidden), mask))
        added: Tensor = hidden + self.dropout(self.dense(self.dense_norm(hidden)))
        return added


class SelfAttention(nn.Module):
    """softmax(QK^T / sqrt(d)) V for each head, d being its width.

    Without dropout of the shares, as in the paper: it would rule out the fast kernels and cost a
    third of the step on a CPU.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.input = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """`mask` bool `(batch, 1, 1, length)` is true where there is something to attend to."""
        batch, length, width = hidden.shape
        shape = (batch, length, 3, self.heads, width // self.heads)
        query, key, value = self.input(hidden).view(shape).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(query, key, value, mask)
        joined: Tensor = self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        return joined


class Sinusoids(nn.Module):
    """Adds waves whose lengths grow from 2 pi to 10,000 times that (Vaswani et al. 2017, 3.5)."""

    waves: Tensor

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.register_buffer("waves", sinusoids(length, width), persistent=False)

    def forward(self, hidden: Tensor) -> Tensor:
        return hidden + self.waves[: hidden.shape[1]]


class Learned(nn.Module):
    """Adds a vector that is learned for each position (Gehring et al. 2017)."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.randn(length, width))

    def forward(self, hidden: Tensor) -> Tensor:
        return hidden + self.vectors[: hidden.shape[1]]


def sinusoids(length: int, width: int) -> Tensor:
    """Float32 `(length, width)`: sine in even columns, cosine in odd ones."""
    pair = torch.arange((width + 1) // 2) * 2 / width
    angles = torch.arange(length)[:, None] * torch.exp(pair * -math.log(10_000))
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :width]
