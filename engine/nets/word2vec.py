"""Skip-gram with negative sampling: two tables of vectors, one for a word, one for its neighbour.

Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their Compositionality".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

GOLDEN = 0.6180339887498949
"""its multiples, modulo 1, cover the numbers from 0 to 1 evenly"""
NEVER = -1e4
"""the score of a drawn word that is the true one: it costs and teaches nothing"""


class SkipGram(nn.Module):
    """Words and neighbours int64 `(batch, 2)` to scores `(batch, 1 + negatives)`.

    Column 0 is the true neighbour, the others are drawn by `noise`, the cumulative odds
    `(vocabulary,)`: from torch's generator in training, always the same in evaluation.
    """

    def __init__(self, vocabulary: int, width: int, negatives: int) -> None:
        super().__init__()
        self.negatives = negatives
        self.words = nn.Embedding(vocabulary, width)
        self.neighbours = nn.Embedding(vocabulary, width)
        # As word2vec.c begins.
        nn.init.uniform_(self.words.weight, -0.5 / width, 0.5 / width)
        nn.init.zeros_(self.neighbours.weight)

    def forward(self, pairs: Tensor, noise: Tensor) -> Tensor:
        word, true = pairs[:, :1], pairs[:, 1:]
        drawn = torch.searchsorted(noise, self._places(len(pairs), noise), right=True)
        drawn = drawn.clamp_(max=len(noise) - 1)
        others = self.neighbours(torch.cat([true, drawn], dim=1))
        # Not `bmm`: for thousands of tiny products it takes a fifth more time on a CPU.
        scores: Tensor = (others * self.words(word)).sum(dim=2)
        right = torch.zeros_like(scores, dtype=torch.bool)
        right[:, 1:] = drawn == true
        return scores.masked_fill(right, NEVER)

    def _places(self, batch: int, noise: Tensor) -> Tensor:
        """Numbers from 0 to below 1 `(batch, negatives)`, float32."""
        if self.training:
            return torch.rand(batch, self.negatives, device=noise.device)
        count = torch.arange(1, batch * self.negatives + 1, device=noise.device)
        # In float32 from small numbers: of large ones the fraction would be lost.
        return (count % 65_536 * GOLDEN).frac().view(batch, self.negatives)
