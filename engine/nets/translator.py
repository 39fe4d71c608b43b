"""What writes a target token by token, and the plainest way to do it: the likeliest one each time.

A translator reads once and then steps; any other module is called anew for every token.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn


@runtime_checkable
class Translator(Protocol):
    """A module that remembers what it has read and written so far."""

    def begin(self, source: Tensor) -> Any:
        """What is kept of sources `(batch, length)`."""

    def step(self, tokens: Tensor, memory: Any) -> tuple[Tensor, Any]:
        """Scores `(batch, count, target vocabulary)` after each of `tokens`, and the new memory."""


def greedy(model: nn.Module, source: Tensor, start: int, end: int, limit: int) -> Tensor:
    """The targets `(batch, <= limit)` that `model` writes for `source` `(batch, length)`.

    Each ends with `end`, if it came to one, and is filled up with `end` after it. One look at the
    device every 8 tokens tells whether all have ended.
    """
    tokens = torch.full((len(source), 1), start, dtype=torch.int64, device=source.device)
    written, ended = tokens, torch.zeros_like(tokens, dtype=torch.bool)
    memory = model.begin(source) if isinstance(model, Translator) else None
    for place in range(limit):
        if isinstance(model, Translator):
            scores, memory = model.step(tokens, memory)
        else:
            scores = model(source, written)
        tokens = scores[:, -1:].argmax(2).masked_fill(ended, end)
        written = torch.cat([written, tokens], 1)
        ended = ended | (tokens == end)
        if place % 8 == 7 and bool(ended.all()):
            break
    return written[:, 1:]
