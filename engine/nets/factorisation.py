"""Biased matrix factorisation."""

from __future__ import annotations

from torch import Tensor, nn


class FactorisationNet(nn.Module):
    """Biases and factors of users and items (Koren, Bell and Volinsky, 2009, equation 4)."""

    def __init__(self, users: int, items: int, factors: int, dropout: float, spread: float) -> None:
        super().__init__()
        self.user_bias, self.item_bias = nn.Embedding(users, 1), nn.Embedding(items, 1)
        self.user_factors = nn.Embedding(users, factors)
        self.item_factors = nn.Embedding(items, factors)
        self.dropout = nn.Dropout(dropout)
        for bias in (self.user_bias, self.item_bias):
            nn.init.zeros_(bias.weight)
        if factors:
            for table in (self.user_factors, self.item_factors):
                nn.init.normal_(table.weight, std=spread)

    def forward(self, pairs: Tensor) -> Tensor:
        """Ratings `(batch, 1)` above or below the mean, of int64 pairs `(batch, 2)`."""
        users, items = pairs.unbind(dim=1)
        products = self.user_factors(users) * self.item_factors(items)
        liking = self.dropout(products).sum(dim=1, keepdim=True)
        ratings: Tensor = self.user_bias(users) + self.item_bias(items) + liking
        return ratings

    def of_every_item(self, users: Tensor) -> Tensor:
        """Ratings `(users, items)` by int64 users `(users,)`, without dropout."""
        biases = self.user_bias(users) + self.item_bias.weight.T
        ratings: Tensor = biases + self.user_factors(users) @ self.item_factors.weight.T
        return ratings
