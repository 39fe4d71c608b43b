"""The parts of a T5: attention by distance, feed-forward layers, and stacks of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from engine.nets.t5 import T5Design

Pair = tuple[Tensor, Tensor]
"""keys and values, `(batch, heads, length, head_width)` each"""


class Attention(nn.Module):
    """Heads that look from one sequence at another; scores are not divided by the width."""

    def __init__(self, design: T5Design, dropout: float) -> None:
        super().__init__()
        inner = design.heads * design.head_width
        self.heads, self.dropout = design.heads, dropout
        self.query = nn.Linear(design.width, inner, bias=False)
        self.key = nn.Linear(design.width, inner, bias=False)
        self.value = nn.Linear(design.width, inner, bias=False)
        self.out = nn.Linear(inner, design.width, bias=False)

    def forward(self, states: Tensor, pair: Pair, bias: Tensor) -> Tensor:
        """From `states` `(batch, count, width)` at `pair`; `bias` is added to the scores."""
        dropout = self.dropout if self.training else 0.0
        found = functional.scaled_dot_product_attention(
            self._headed(self.query(states)), *pair, attn_mask=bias, dropout_p=dropout, scale=1.0
        )
        mixed: Tensor = self.out(found.transpose(1, 2).flatten(2))
        return mixed

    def pair(self, states: Tensor) -> Pair:
        """Keys and values of `states` `(batch, length, width)`."""
        return self._headed(self.key(states)), self._headed(self.value(states))

    def _headed(self, states: Tensor) -> Tensor:
        return states.view(*states.shape[:2], self.heads, -1).transpose(1, 2)


class Dense(nn.Module):
    """Two layers with ReLU between, or with gated GELU (Shazeer 2020), as T5 1.1 has."""

    def __init__(self, design: T5Design, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.inner = nn.Linear(design.width, design.dense, bias=False)
        gated = design.activation == "gated_gelu"
        self.gate = nn.Linear(design.width, design.dense, bias=False) if gated else None
        self.wide = nn.Linear(design.dense, design.width, bias=False)

    def forward(self, states: Tensor) -> Tensor:
        """`(batch, length, width)` to the same."""
        inner: Tensor = self.inner(states)
        if self.gate is None:
            inner = inner.relu()
        else:
            inner = inner * functional.gelu(self.gate(states), approximate="tanh")
        found: Tensor = self.wide(self.dropout(inner))
        return found


class Block(nn.Module):
    """Attention within, attention to the source where it `writes`, feed-forward; pre-norm."""

    def __init__(self, design: T5Design, dropout: float, *, writes: bool) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(design.width, design.epsilon)
        self.attention = Attention(design, dropout)
        if writes:
            self.crossing_norm = nn.RMSNorm(design.width, design.epsilon)
            self.crossing = Attention(design, dropout)
        self.dense_norm = nn.RMSNorm(design.width, design.epsilon)
        self.dense = Dense(design, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        states: Tensor,
        bias: Tensor,
        before: Pair | None,
        read: Pair | Tensor | None,
        padding: Tensor,
    ) -> tuple[Tensor, Pair, Pair | None]:
        """The new states, and the keys and values of all that was seen so far and of the source.

        `read` is what the encoder made of the source `(batch, length, width)`, or its keys and
        values, once they are known. A block makes them itself: of a sharded model its weights are
        whole in its `forward` alone.
        """
        if isinstance(read, Tensor):
            read = self.crossing.pair(read)
        normed = self.attention_norm(states)
        pair = self.attention.pair(normed)
        if before is not None:
            pair = (torch.cat([before[0], pair[0]], 2), torch.cat([before[1], pair[1]], 2))
        states = states + self.dropout(self.attention(normed, pair, bias))
        if read is not None:
            normed = self.crossing_norm(states)
            states = states + self.dropout(self.crossing(normed, read, padding))
        return states + self.dropout(self.dense(self.dense_norm(states))), pair, read


class Stack(nn.Module):
    """Blocks that share one table of what each head thinks of each distance."""

    def __init__(self, design: T5Design, dropout: float, layers: int, *, writes: bool) -> None:
        super().__init__()
        self.writes, self.buckets, self.longest = writes, design.buckets, design.longest
        self.distances = nn.Embedding(design.buckets, design.heads)
        self.blocks = nn.ModuleList(Block(design, dropout, writes=writes) for _ in range(layers))
        self.norm = nn.RMSNorm(design.width, design.epsilon)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        states: Tensor,
        padding: Tensor,
        read: Sequence[Pair | Tensor | None] | None = None,
        written: Sequence[Pair | None] | None = None,
    ) -> tuple[Tensor, list[Pair], list[Pair | None]]:
        """States `(batch, count, width)` after all blocks, and each block's keys and values: of
        what was seen so far, and of the source.

        `padding` `(batch, length)` is where the source has none: nobody looks there.
        """
        nowhere: list[Pair | None] = [None] * len(self.blocks)
        written, read = written or nowhere, read or nowhere
        hidden = forbidding(padding[:, None, None], states.dtype)
        bias = self._bias(states.shape[1], 0 if written[0] is None else written[0][0].shape[2])
        bias = bias if self.writes else bias + hidden
        states, pairs, sources = self.dropout(states), [], []
        for block, before, source in zip(self.blocks, written, read, strict=True):
            states, pair, source = block(states, bias, before, source, hidden)
            pairs.append(pair)
            sources.append(source)
        return self.dropout(self.norm(states)), pairs, sources

    def _bias(self, count: int, before: int) -> Tensor:
        """Added to the scores of `count` tokens after `before`: `(1, heads, count, all)`."""
        places = torch.arange(before + count, device=self.distances.weight.device)
        ahead = places[None, :] - places[before:, None]
        classes = distance_class(ahead, self.buckets, self.longest, both_ways=not self.writes)
        bias: Tensor = self.distances(classes).permute(2, 0, 1)[None]
        return bias + forbidding(ahead > 0, bias.dtype) if self.writes else bias


def distance_class(ahead: Tensor, buckets: int, longest: int, *, both_ways: bool) -> Tensor:
    """The class of each distance: one each for the near, logarithmic ones up to `longest`.

    `ahead` int64 of any shape: how far to the right the token looked at stands.
    """
    base = torch.zeros_like(ahead)
    if both_ways:
        buckets //= 2
        base = (ahead > 0) * buckets
        back = ahead.abs()
    else:
        back = (-ahead).clamp(min=0)
    near = buckets // 2
    ratio = (back.clamp(min=1).float() / near).log() / math.log(longest / near)
    far = (near + (ratio * (buckets - near)).long()).clamp(max=buckets - 1)
    return base + torch.where(back < near, back, far)


def forbidding(where: Tensor, kind: torch.dtype) -> Tensor:
    """Zero, and minus infinity `where` nobody may look."""
    zeros = torch.zeros(where.shape, dtype=kind, device=where.device)
    return zeros.masked_fill(where, float("-inf"))
