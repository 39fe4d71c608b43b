"""What a data set is made of once it is loaded and before it is limited, divided and encoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Arrays:
    """Numbers. `inputs`: float32 `(samples, *shape)`; `targets`: labels or values `(samples,)`."""

    inputs: Floats
    targets: Labels | Floats
    feature_names: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Texts:
    """Texts with a label each, `(samples,)`."""

    texts: tuple[str, ...]
    targets: Labels


@dataclass(frozen=True)
class Corpus:
    """One long text."""

    text: str


@dataclass(frozen=True)
class Pairs:
    """Texts and what they are to become, of equal number."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Ratings:
    """Who rated what how: `users` and `items` count from 0; all `(ratings,)`."""

    users: Labels
    items: Labels
    values: Floats
    item_names: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """Nodes with features `(nodes, features)` and labels `(nodes,)`; `edges` `(2, edges)`.

    `parts` are node numbers of a published split, by name; empty where the settings divide.
    """

    features: Floats
    edges: Labels
    targets: Labels
    parts: Mapping[str, Labels] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table of one's own, still in its file: it is read column by column."""

    folder: Path


Raw = Arrays | Texts | Corpus | Pairs | Ratings | Graph | Table
