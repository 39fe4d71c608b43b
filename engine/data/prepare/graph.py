"""Graphs: which nodes are learned from, and edges in an order that never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.data.divide import divide, drawn
from engine.data.prepared import Part, Prepared
from engine.data.raw import Floats, Graph, Labels
from engine.data.shuffle import Purpose, shuffled

if TYPE_CHECKING:
    from engine.data.graphs import GraphSource


def prepare_graph(data: GraphSource, graph: Graph) -> Prepared:
    """Parts of node numbers; all share the features and the edges of the whole graph."""
    places = dict(graph.parts) or _divided(data, graph.targets)
    if data.labelled is not None:
        places["train"] = balanced(places["train"], graph.targets, data.labelled, data.split.seed)
    shared = (_scaled(data, graph.features), graph.edges)
    return Prepared(
        card=data.card,
        parts={
            name: Part((nodes,), graph.targets[nodes], nodes, shared=shared)
            for name, nodes in places.items()
        },
    )


def _divided(data: GraphSource, targets: Labels) -> dict[str, Labels]:
    rows = drawn(len(targets), data.limit, data.split.seed)
    labels = targets[rows] if data.split.stratified else None
    return {name: rows[chosen] for name, chosen in divide(data.split, len(rows), labels).items()}


def balanced(nodes: Labels, targets: Labels, count: int, seed: int) -> Labels:
    """`count` of the nodes, or all: the classes take turns while they have nodes left."""
    order = shuffled(len(targets), seed, Purpose.LIMIT)
    queue = order[np.isin(order, nodes)]
    turns = np.empty(len(queue), dtype=np.int64)
    for label in np.unique(targets[queue]):
        mine = targets[queue] == label
        turns[mine] = np.arange(mine.sum())
    first = np.lexsort((targets[queue], turns))[:count]
    return np.sort(queue[first])


def both_ways(edges: Labels) -> Labels:
    """Edges `(2, edges)` in both directions, each once, none to itself; sorted by their target."""
    pairs = np.concatenate([edges, edges[::-1]], axis=1)
    pairs = pairs[:, pairs[0] != pairs[1]]
    return np.unique(pairs[::-1], axis=1)[::-1].copy()


def _scaled(data: GraphSource, features: Floats) -> Floats:
    if data.scaling == "none":
        return features
    sums = features.sum(axis=1, keepdims=True)
    # A paper without words stays without.
    return np.divide(features, np.where(sums == 0, 1, sums), dtype=np.float32)
