"""How good the first recommended items are: against measures written down the slow way."""

from __future__ import annotations

import math
from importlib.util import find_spec

import pytest
import torch
from torch import Tensor, nn

from engine.evaluation.ranking import FIRST, Ranking, among, ranking_metrics
from engine.loop.setup import set_up
from tests.engine.small import small

pytestmark = pytest.mark.skipif(find_spec("recbole") is None, reason="recbole is not installed")


class Fixed(nn.Module):
    """A score for every pair that only depends on their numbers."""

    def forward(self, pairs: Tensor) -> Tensor:
        """`(batch, 1)` of `(batch, 2)`."""
        # In float64 no two of the highest are equal.
        return torch.sin(pairs[:, :1].double() * 12.9898 + pairs[:, 1:] * 78.233)


def test_the_measures_are_the_slow_ones() -> None:
    setup = set_up(small("data=movielens_100k", "data.limit=6000", "model=factorisation"))
    ranking = Ranking(Fixed(), setup, "test")
    parts = setup.prepared.parts
    known: dict[int, set[int]] = {}
    for name in ("train", "validation"):
        for user, item in parts[name].inputs[0].tolist():
            known.setdefault(user, set()).add(item)
    wanted: dict[int, set[int]] = {}
    for (user, item), value in zip(
        parts["test"].inputs[0].tolist(), parts["test"].targets.tolist(), strict=True
    ):
        if value + setup.prepared.target.mean > 3.9:
            wanted.setdefault(user, set()).add(item)
    rows = []
    for user, items in wanted.items():
        pairs = torch.tensor([[user, item] for item in range(setup.card.items)])
        order = torch.argsort(Fixed()(pairs)[:, 0], descending=True).tolist()
        first = [item for item in order if item not in known.get(user, set())][:FIRST]
        gains = [1 / math.log2(rank + 2) for rank, item in enumerate(first) if item in items]
        best = sum(1 / math.log2(rank + 2) for rank in range(min(FIRST, len(items))))
        hits = len(gains)
        rows.append((hits > 0, hits / FIRST, hits / len(items), sum(gains) / best))
    found = ranking_metrics(ranking)
    assert len(rows) > 100
    for place, name in enumerate(("hit_rate", "precision", "recall", "ndcg")):
        expected = sum(row[place] for row in rows) / len(rows)
        assert expected > 0
        assert found[f"{name}_at_{FIRST}"] == pytest.approx(expected, rel=1e-6)


def test_pairs_of_other_users_are_left_out() -> None:
    pairs = torch.tensor([[0, 5], [2, 6], [9, 7], [4, 8], [2, 9]])
    rows, items = among(pairs, torch.tensor([2, 4]))
    assert sorted(zip(rows.tolist(), items.tolist(), strict=True)) == [(0, 6), (0, 9), (1, 8)]
