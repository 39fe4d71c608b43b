"""Changes texts by chance, on their device: silent tokens, and neighbours in each other's place."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.prepared import Prepared
from engine.loop.parts import Augment, Inputs, unchanged


def change_tokens(prepared: Prepared, dropout: float, swap: float, device: torch.device) -> Augment:
    """What changes tokens int64 `(batch, length)`, or word counts float32 `(batch, size)`."""
    vocabulary = prepared.vocabulary
    if not (dropout or swap):
        return unchanged
    if vocabulary is None:
        return lambda inputs: (_uncounted(inputs[0], dropout), *inputs[1:])
    numbers = sorted({vocabulary.padding, vocabulary.start, vocabulary.end})
    marks = torch.tensor(numbers, device=device)

    def change(inputs: Inputs) -> Inputs:
        tokens = inputs[0]
        words = ~torch.isin(tokens, marks)
        if swap:
            tokens = _swapped(tokens, words, swap)
        if dropout:
            silent = (torch.rand(tokens.shape, device=tokens.device) < dropout) & words
            # A text of nothing but unknowns is none.
            silent[:, 0] = False
            tokens = tokens.masked_fill(silent, vocabulary.unknown)
        return (tokens, *inputs[1:])

    return change


def _swapped(tokens: Tensor, words: Tensor, share: float) -> Tensor:
    """About `share` of the tokens in the place of the one before or after; `words`: no marks.

    Pairs begin at the first or at the second place of a text, as a coin says, so that no token
    moves further than one place.
    """
    count, length = tokens.shape
    places = torch.arange(length, device=tokens.device)
    begins = (places + torch.randint(0, 2, (count, 1), device=tokens.device)) % 2 == 0
    last = torch.zeros(count, 1, dtype=torch.bool, device=tokens.device)
    both = words & torch.cat([words[:, 1:], last], dim=1)
    drawn = torch.rand(count, length, device=tokens.device) < share
    right = (begins & both & drawn).long()
    left = torch.cat([last.long(), right[:, :-1]], dim=1)
    return tokens.gather(1, places + right - left)


def _uncounted(counts: Tensor, share: float) -> Tensor:
    """Without such a share of the words."""
    drawn = torch.rand(counts.shape, device=counts.device) < share
    return counts.masked_fill(drawn, 0.0)
