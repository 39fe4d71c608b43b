"""What every model of sequences does first and last: read tokens or numbers, see past padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from engine.data.card import Card


class Reader(nn.Module):
    """Tokens `(batch, length)` or series `(batch, time, features)` to vectors of `width`."""

    def __init__(self, card: Card, width: int, deviation: float = 1.0) -> None:
        """`deviation`: of the vectors that tokens begin with."""
        super().__init__()
        self.width = width
        if card.modality == "text":
            self.embedding: nn.Module = nn.Embedding(max(card.vocabulary, 1), width, padding_idx=0)
            # With padding's vector at 0, where no gradient ever moves it.
            with torch.no_grad():
                nn.init.normal_(self.embedding.weight, std=deviation)[0] = 0
        else:
            self.embedding = nn.Linear(card.shape[-1], width)

    def forward(self, inputs: Tensor) -> Tensor:
        vectors: Tensor = self.embedding(inputs)
        return vectors


def lengths_of(inputs: Tensor) -> Tensor:
    """Int64 `(batch,)`: tokens before the padding, at least 1; of a series all its time."""
    if inputs.is_floating_point():
        return torch.full((inputs.shape[0],), inputs.shape[1], device=inputs.device)
    return (inputs != 0).sum(dim=1).clamp(min=1)


def trimmed(inputs: Tensor, lengths: Tensor) -> Tensor:
    """Without the columns that are padding in every row: less to compute, the same result.

    On the CPU alone: a GPU would have to wait for the number.
    """
    if inputs.device.type != "cpu" or inputs.is_floating_point() or torch.compiler.is_compiling():
        return inputs
    return inputs[:, : int(lengths.max())]


def inside(lengths: Tensor, length: int) -> Tensor:
    """Bool `(batch, length)`: what is no padding."""
    return torch.arange(length, device=lengths.device) < lengths[:, None]


def pooled(states: Tensor, lengths: Tensor, how: Literal["mean", "max"]) -> Tensor:
    """Mean or largest of the states `(batch, length, width)` before the padding."""
    within = inside(lengths, states.shape[1])[:, :, None]
    if how == "max":
        return states.masked_fill(~within, -torch.inf).amax(dim=1)
    return states.masked_fill(~within, 0).sum(dim=1) / lengths[:, None]
