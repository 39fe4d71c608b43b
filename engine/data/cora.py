"""Cora, the citations that graph networks are compared on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.data.card import Card
from engine.data.fetch import Remote, fetched
from engine.data.graphs import GraphSource
from engine.data.prepare.graph import both_ways
from engine.data.raw import Graph, Labels
from engine.data.split import Split
from engine.data.unpickle import unpickle
from engine.problem import Problem

_FOLDER = (
    "https://raw.githubusercontent.com/kimiyoung/planetoid/"
    "af6abf468a772cc055bec88c52e4d6f51b7c37e3/data/ind.cora."
)
_HASHES = (
    ("x", "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab"),
    ("y", "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1"),
    ("tx", "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a"),
    ("ty", "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad"),
    ("allx", "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543"),
    ("ally", "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71"),
    ("graph", "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d"),
    ("test.index", "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875"),
)


class Cora(GraphSource):
    """2,708 papers on machine learning in 7 fields, their words, and who cites whom.

    The published division (Yang, Cohen and Salakhutdinov, 2016) shows 20 papers of each field.
    """

    title: ClassVar[str] = "Cora"
    kind: Literal["cora"] = "cora"
    division: Literal["published", "drawn"] = Field(
        "published",
        description="published: 140 nodes to learn from, 500 for validation, 1,000 for the test, "
        "as in the papers; drawn: by the shares of the split",
    )
    split: Split = Split(validation=0.2, test=0.4)
    facts: ClassVar[Card] = Card(
        task="node_classification",
        modality="graph",
        samples=2708,
        shape=(1433,),
        classes=(
            "theory",
            "reinforcement learning",
            "genetic algorithms",
            "neural networks",
            "probabilistic methods",
            "case-based",
            "rule learning",
        ),
        source="Sen et al., 2008; files of kimiyoung/planetoid, fetched once",
        licence="MIT (planetoid)",
        nodes=2708,
        edges=10_556,
    )

    def problems(self) -> Iterator[Problem]:
        if self.division == "published" and self.limit is not None:
            yield Problem(
                "data.limit",
                f"a limit of {self.limit} draws among all nodes, and the published division says "
                "which ones to take; choose data.division=drawn, or data.labelled to learn from "
                "fewer",
            )
        if self.division == "published" and self.split.folds:
            yield Problem(
                "data.split.folds",
                "the published division says which nodes are the test, so no fold can take their "
                "place; choose data.division=drawn, or leave folds empty",
            )

    def _divided(self) -> dict[str, int]:
        if self.division == "published":
            return {"train": 140, "validation": 500, "test": 1000}
        return super()._divided()

    def load(self) -> Graph:
        parts: dict[str, Any] = {}
        for name, sha256 in _HASHES:
            path = fetched(Remote(f"cora/ind.cora.{name}", _FOLDER + name, sha256))
            content = path.read_bytes()
            parts[name] = content if name == "test.index" else unpickle(content, path.name)
        return _cora(parts, self.division == "published")


def _cora(parts: dict[str, Any], published: bool) -> Graph:
    """Joins the files: the rows of `tx` and `ty` belong to the nodes that `test.index` lists."""
    test = np.array(parts["test.index"].split(), dtype=np.int64)
    features = _joined(parts["allx"].dense(), parts["tx"].dense(), test)
    labels = _joined(parts["ally"], parts["ty"], test).argmax(axis=1).astype(np.int64)
    cited = [(paper, other) for paper, others in parts["graph"].items() for other in others]
    edges = both_ways(np.array(cited, dtype=np.int64).T)
    names = {
        "train": np.arange(140),
        "validation": np.arange(140, 640),
        "test": np.sort(test),
    }
    return Graph(features, edges, labels, names if published else {})


def _joined(known: NDArray[Any], tested: NDArray[Any], places: Labels) -> NDArray[Any]:
    rows = np.concatenate([known, tested])
    rows[places] = tested
    return rows
