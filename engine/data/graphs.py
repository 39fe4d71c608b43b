"""Graphs whose nodes are to be classified. To add one: its class with `facts` and `load`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.data.cache import Pair, cached
from engine.data.card import Card
from engine.data.images import Digits
from engine.data.karate import COMMUNITIES, FRIENDS
from engine.data.prepare.graph import both_ways, prepare_graph
from engine.data.raw import Graph
from engine.data.source import Source
from engine.data.split import Split
from engine.spec import RARE

if TYPE_CHECKING:
    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary

Labelled = Annotated[
    int | None,
    Field(
        ge=1,
        le=10_000_000,
        description="nodes of the training part whose class may be seen, as many of each class; "
        "none shows all. The graph is always seen whole",
        examples=[100],
    ),
]


class GraphSource(Source):
    """One graph. Samples are its nodes; every step sees the whole graph, and classes of a few."""

    labelled: Labelled = None
    scaling: Literal["rows", "none"] = Field(
        "rows",
        description="rows: the features of a node sum to 1, as for counts of words",
        json_schema_extra=RARE,
    )

    def sizes(self) -> dict[str, int]:
        found = self._divided()
        return {**found, "train": min(found["train"], self.labelled or found["train"])}

    def _divided(self) -> dict[str, int]:
        return super().sizes()

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:  # noqa: ARG002
        return prepare_graph(self, self.load())

    @abstractmethod
    def load(self) -> Graph: ...


class KarateClub(GraphSource):
    """34 members of a karate club and their 78 friendships; 4 communities, one known member each.

    Nodes have no features but themselves: what is learned comes from the friendships alone.
    """

    title: ClassVar[str] = "Karate club"
    kind: Literal["karate_club"] = "karate_club"
    split: Split = Split(validation=0.15, test=0.5)
    labelled: Labelled = 4
    scaling: Literal["rows", "none"] = "none"
    facts: ClassVar[Card] = Card(
        task="node_classification",
        modality="graph",
        samples=34,
        shape=(34,),
        classes=("1", "2", "3", "4"),
        source="Zachary, 1977; communities of Brandes et al., 2008",
        licence="facts, in the public domain",
        nodes=34,
        edges=156,
    )

    def load(self) -> Graph:
        edges = both_ways(np.array(FRIENDS, dtype=np.int64).T)
        return Graph(np.eye(34, dtype=np.float32), edges, np.array(COMMUNITIES, dtype=np.int64))


class DigitsGraph(GraphSource):
    """1,797 handwritten digits, each joined to the 8 that look most like it; 100 are labelled."""

    title: ClassVar[str] = "Digits, a graph of neighbours"
    kind: Literal["digits_graph"] = "digits_graph"
    split: Split = Split(validation=0.1, test=0.5)
    labelled: Labelled = 100
    scaling: Literal["rows", "none"] = "none"
    facts: ClassVar[Card] = Card(
        task="node_classification",
        modality="graph",
        samples=1797,
        shape=(64,),
        classes=tuple("0123456789"),
        source="UCI Optical Recognition of Handwritten Digits, in scikit-learn",
        licence="CC BY 4.0",
        nodes=1797,
        edges=19_858,
    )

    def load(self) -> Graph:
        arrays = Digits().load()
        pixels = arrays.inputs.reshape(len(arrays.inputs), -1)
        edges, _ = cached("digits_graph-v1", lambda: _neighbours(pixels))
        return Graph(
            pixels / np.float32(16), edges.astype(np.int64), arrays.targets.astype(np.int64)
        )


def _neighbours(pixels: NDArray[np.float32]) -> Pair:
    """Edges both ways to the 8 nearest; of equally near ones the first. And nothing."""
    squares = (pixels**2).sum(axis=1)
    # Whole numbers below 2^24: exact, so every machine finds the same neighbours.
    distances = squares[:, None] + squares - 2 * pixels @ pixels.T
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :8]
    nodes = np.repeat(np.arange(len(pixels)), 8)
    return both_ways(np.stack([nearest.ravel(), nodes])).astype(np.int16), np.zeros(0, np.int8)
