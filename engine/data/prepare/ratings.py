"""Ratings: limit, split, and the mean of the training part taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.data.divide import divide, drawn
from engine.data.prepared import Part, Prepared, TargetScale
from engine.data.raw import Labels, Ratings

if TYPE_CHECKING:
    from engine.data.ratings import RatingsSource


def prepare_ratings(data: RatingsSource, ratings: Ratings) -> Prepared:
    """Parts of pairs (user, item). Targets are ratings minus the training part's mean rating.

    The mean is the first term of every model of ratings (Koren et al., 2009); here it is no
    weight, because it is known. Everything shown is on the scale of the ratings.
    """
    rows = drawn(len(ratings.values), data.limit, data.split.seed)
    places = divide(data.split, len(rows))
    mean = float(ratings.values[rows[places["train"]]].mean(dtype=np.float64))
    return Prepared(
        card=data.card,
        parts={name: _part(ratings, rows[chosen], mean) for name, chosen in places.items()},
        target=TargetScale(mean=mean),
        names=ratings.item_names,
    )


def _part(ratings: Ratings, rows: Labels, mean: float) -> Part:
    pairs = np.stack([ratings.users[rows], ratings.items[rows]], axis=1)
    texts = [f"user {user + 1}: {ratings.item_names[item]}" for user, item in pairs.tolist()]
    return Part((pairs,), ratings.values[rows] - np.float32(mean), rows, texts)
