"""A language model goes on from a prompt, token by token.

What it draws is a function of a seed alone; torch's own generators are left as they were.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.models.sampling import Sampling
from engine.nets.gpt import GptNet, Past

Reader = Callable[[Tensor], Tensor]
"""from the tokens since the last call `(texts, length)` to scores `(texts, vocabulary)`"""


def write(model: nn.Module, prompt: Tensor, context: int, sampling: Sampling, seed: int) -> Tensor:
    """Tokens int64 `(texts, length)` that follow `prompt` `(length,)`; the model is in eval mode.

    The model never sees more than `context` tokens: when they are full it goes on from the
    later half of them, so that what was computed for a token is kept while the window stands.
    """
    generator = torch.Generator(prompt.device).manual_seed(seed)
    text = prompt[-context:].expand(sampling.number, -1)
    begun = text.shape[1]
    unread, reader, held = text, _reader(model), 0
    for _ in range(sampling.length):
        if held + unread.shape[1] > context:
            unread, reader, held = text[:, -(context // 2) :], _reader(model), 0
        held += unread.shape[1]
        unread = _drawn(reader(unread), sampling, generator)
        text = torch.cat([text, unread], dim=1)
    return text[:, begun:]


def _reader(model: nn.Module) -> Reader:
    """Reads a window from its beginning; other models than ours read it whole at every token."""
    if isinstance(model, GptNet):
        past: Past = []
        return lambda tokens: model.extend(tokens, past)
    seen: list[Tensor] = []

    def read(tokens: Tensor) -> Tensor:
        seen.append(tokens)
        last: Tensor = model(torch.cat(seen, dim=1))[:, -1]
        return last

    return read


def _drawn(scores: Tensor, sampling: Sampling, generator: torch.Generator) -> Tensor:
    """One token for each text, int64 `(texts, 1)`."""
    if not sampling.temperature:
        return scores.argmax(dim=-1, keepdim=True)
    scores = scores.float() / sampling.temperature
    if sampling.top_k is not None and sampling.top_k < scores.shape[-1]:
        least = scores.topk(sampling.top_k).values[:, -1:]
        scores = scores.masked_fill(scores < least, -torch.inf)
    return torch.multinomial(scores.softmax(dim=-1), 1, generator=generator)
