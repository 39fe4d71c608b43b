"""A data set ready to train on: limited, divided, encoded and scaled, still without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.data.card import Card

if TYPE_CHECKING:
    from engine.data.tokens import Vocabulary

Array = NDArray[Any]
"""float32 or int64"""


@dataclass(frozen=True)
class Part:
    """One part. A sample is row `i` of every array in `inputs` and of `targets`.

    With a `context` the only input is one stream of tokens `(tokens,)`, a sample is a window of
    `context` of them, its target the same window one token later, and `targets` is empty.
    """

    inputs: tuple[Array, ...]
    targets: Array
    places: NDArray[np.int64]
    """row numbers in the data set `(samples,)`, to show a sample to people"""
    texts: Sequence[str] = ()
    """what people read at each sample, where it is a text"""
    shared: tuple[Array, ...] = ()
    """arrays that every batch gets whole, after its inputs, e.g. the edges of a graph"""
    context: int = 0

    def __len__(self) -> int:
        # One window is kept free: windows begin some tokens later in every epoch.
        if self.context:
            return max(0, (len(self.inputs[0]) - 1) // self.context - 1)
        return len(self.targets)


@dataclass(frozen=True)
class TargetScale:
    """Original target = scaled target x `deviation` + `mean`; 1 and 0 for classes."""

    mean: float = 0.0
    deviation: float = 1.0


@dataclass(frozen=True)
class Features:
    """Of a table or a series, all `(features,)`: original = seen x `factor` + `shift`.

    Where a feature is no quantity (a category, a truth, a part of a date), both say nothing.
    """

    shift: NDArray[np.float64]
    factor: NDArray[np.float64]
    quantities: NDArray[np.bool_]


@dataclass(frozen=True)
class Prepared:
    """`parts`: `train`, `validation`, `test`; one that was not asked for is empty."""

    card: Card
    """complete: with what only the loaded data could tell"""
    parts: dict[str, Part]
    target: TargetScale = TargetScale()
    vocabulary: Vocabulary | None = None
    """of the inputs, where they are text"""
    target_vocabulary: Vocabulary | None = None
    names: tuple[str, ...] = ()
    """of the features, or of the items that are rated"""
    features: Features | None = None
    """of tables and series"""
    told: Mapping[str, str] = field(default_factory=dict)
    """what was done to the data, for people: `value: reason` by name"""

    @property
    def samples(self) -> dict[str, int]:
        """Number of samples in each part."""
        return {name: len(part) for name, part in self.parts.items()}
