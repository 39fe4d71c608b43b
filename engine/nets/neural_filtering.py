"""NeuMF: generalised matrix factorisation and a multi-layer perceptron, read together."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class FilteringSizes:
    """Numbers of users and items, widths of their embeddings and of the hidden layers."""

    users: int
    items: int
    factors: int
    embedding: int
    hidden: tuple[int, ...]


class NeuralFilteringNet(nn.Module):
    """He et al., 2017, section 3.4: both ways have embeddings of their own."""

    def __init__(self, sizes: FilteringSizes, dropout: float, spread: float) -> None:
        super().__init__()
        self.user_factors = nn.Embedding(sizes.users, sizes.factors)
        self.item_factors = nn.Embedding(sizes.items, sizes.factors)
        self.user_embedding = nn.Embedding(sizes.users, sizes.embedding)
        self.item_embedding = nn.Embedding(sizes.items, sizes.embedding)
        for module in self.children():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=spread)
        layers: list[nn.Module] = []
        width = 2 * sizes.embedding
        for hidden in sizes.hidden:
            layers += [nn.Dropout(dropout), nn.Linear(width, hidden), nn.ReLU()]
            width = hidden
        self.network = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.score = nn.Linear(sizes.factors + width, 1)

    def forward(self, pairs: Tensor) -> Tensor:
        """Ratings `(batch, 1)` above or below the mean, of int64 pairs `(batch, 2)`."""
        users, items = pairs.unbind(dim=1)
        product = self.dropout(self.user_factors(users) * self.item_factors(items))
        embedded = torch.cat([self.user_embedding(users), self.item_embedding(items)], dim=1)
        score: Tensor = self.score(torch.cat([product, self.network(embedded)], dim=1))
        return score
