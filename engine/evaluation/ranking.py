"""What a model would recommend: for each user the new items of the highest predicted rating."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.prepared import Part
from engine.evaluation.outputs import judging
from engine.events import Table
from engine.loop.setup import Setup
from engine.nets.factorisation import FactorisationNet

FIRST = 10
"""items recommended to a user"""
SHOWN_USERS = 5
MOST_PAIRS = 2_000_000
"""predictions for the metrics; of more users only some, evenly spread, are asked"""
CHUNK_PAIRS = 2**17
LIKED = 0.75
"""of the way from the lowest to the highest rating: 4 on a scale of 1 to 5"""


@dataclass(frozen=True)
class Ranking:
    """Items by predicted rating. What was rated in the parts before `split` is not new."""

    model: nn.Module
    setup: Setup
    split: str

    @property
    def part(self) -> Part:
        """The part whose ratings say what is good."""
        return self.setup.prepared.parts[self.split]

    def known(self) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """Pairs `(ratings, 2)` of user and item that are not to be recommended."""
        parts = self.setup.prepared.parts
        names = ("train", "validation") if self.split == "test" else ("train",)
        return np.concatenate([parts[name].inputs[0] for name in names])

    def liked(self) -> float:
        """The least rating, above or below the mean, of an item that somebody likes."""
        targets = self.setup.prepared.parts["train"].targets
        low, high = float(targets.min()), float(targets.max())
        return low + LIKED * (high - low) - 1e-6

    def scores(self, users: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Users `(some,)` and their scores of every item, `(some, items)`; known items -inf."""
        items = torch.arange(self.setup.card.items, device=self.setup.device)
        known = torch.from_numpy(self.known()).to(self.setup.device)
        with judging(self.model):
            for some in torch.split(users, max(1, CHUNK_PAIRS // len(items))):
                scores = _of_every_item(self.model, some, items)
                rows, columns = among(known, some)
                scores[rows, columns] = -torch.inf
                yield some, scores


def _of_every_item(model: nn.Module, users: Tensor, items: Tensor) -> Tensor:
    """Ratings `(users, items)` of all pairs; a factorisation needs one product for them."""
    if isinstance(model, FactorisationNet):
        return model.of_every_item(users).float()
    scores: Tensor = model(torch.cartesian_prod(users, items))
    return scores.view(len(users), len(items))


def among(pairs: Tensor, users: Tensor) -> tuple[Tensor, Tensor]:
    """The pairs of these users (ascending): place of the user in `users`, and the item."""
    places = torch.searchsorted(users, pairs[:, 0].contiguous()).clamp(max=len(users) - 1)
    there = users[places] == pairs[:, 0]
    return places[there], pairs[there, 1]


def ranking_metrics(ranking: Ranking) -> dict[str, float]:
    """Hit rate, precision, recall and NDCG of the first 10, means over users who like something.

    Järvelin and Kekäläinen, 2002, with gain 1 for every item liked in the part.
    """
    good = ranking.part.inputs[0][ranking.part.targets >= ranking.liked()]
    pairs = torch.from_numpy(good).to(ranking.setup.device)
    users = _spread(torch.unique(pairs[:, 0]), MOST_PAIRS // ranking.setup.card.items)
    if not len(users):
        return {}
    parts = [_of_users(pairs, some, scores) for some, scores in ranking.scores(users)]
    means = torch.cat(parts, dim=1).mean(dim=1).tolist()
    names = ("hit_rate", "precision", "recall", "ndcg")
    return {f"{name}_at_{FIRST}": mean for name, mean in zip(names, means, strict=True)}


def _of_users(pairs: Tensor, users: Tensor, scores: Tensor) -> Tensor:
    """The four measures of each user, float64 `(4, users)`."""
    wanted = torch.zeros_like(scores, dtype=torch.bool)
    wanted[among(pairs, users)] = True
    first = scores.topk(min(FIRST, scores.shape[1])).indices
    hits = wanted.gather(1, first).double().cpu()
    gains = 1 / torch.log2(torch.arange(hits.shape[1], dtype=torch.float64) + 2)
    count = wanted.sum(dim=1).cpu()
    best = torch.cumsum(gains, dim=0)[count.clamp(max=hits.shape[1]) - 1]
    found = hits.sum(dim=1)
    return torch.stack([(found > 0).double(), found / FIRST, found / count, hits @ gains / best])


def _spread(users: Tensor, most: int) -> Tensor:
    """At most so many of them, evenly spread."""
    count = min(len(users), max(1, most))
    return users[torch.arange(count, device=users.device) * len(users) // max(1, count)]


def recommendations(ranking: Ranking) -> list[Table]:
    """The first items for a few users, evenly spread over those of the training part."""
    rated = torch.from_numpy(np.unique(ranking.setup.prepared.parts["train"].inputs[0][:, 0]))
    users = _spread(rated.to(ranking.setup.device), SHOWN_USERS)
    tables: list[Table] = []
    for some, scores in ranking.scores(users):
        values, items = scores.topk(min(FIRST, scores.shape[1]))
        for user, row, column in zip(some.tolist(), values.tolist(), items.tolist(), strict=True):
            tables.append(_table(ranking, user, row, column))
    return tables


def _table(ranking: Ranking, user: int, values: list[float], items: list[int]) -> Table:
    prepared, part = ranking.setup.prepared, ranking.part
    train, mean = prepared.parts["train"], prepared.target.mean
    low, high = float(train.targets.min()), float(train.targets.max())
    mine = part.inputs[0][:, 0] == user
    truth = dict(zip(part.inputs[0][mine, 1].tolist(), part.targets[mine].tolist(), strict=True))
    rows: list[list[str | float]] = [
        [
            prepared.names[item],
            round(min(max(value, low), high) + mean, 2),
            round(truth[item] + mean, 2) if item in truth else "",
        ]
        for value, item in zip(values, items, strict=True)
        if value > -np.inf
    ]
    seen = np.flatnonzero(train.inputs[0][:, 0] == user)
    best = seen[np.argsort(-train.targets[seen], kind="stable")][:3]
    liked = "; ".join(prepared.names[item] for item in train.inputs[0][best, 1].tolist())
    return Table(
        name=f"Recommended to user {user + 1}",
        columns=["title", "predicted rating", f"rating in the {ranking.split} part"],
        rows=rows,
        note=f"of {len(seen)} ratings in the training part the highest: {liked}",
    )
