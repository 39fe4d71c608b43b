"""What is known of a data set before it is loaded, and its arrays once it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Task = Literal["classification", "regression"]
Modality = Literal["tabular", "image"]


@dataclass(frozen=True)
class Card:
    """The facts a form, a check or a model needs: no array, no torch, no file opened."""

    task: Task
    modality: Modality
    samples: int
    shape: tuple[int, ...]
    """of one sample: `(features,)`, or `(channels, height, width)` for images"""
    classes: tuple[str, ...] = ()
    """names in label order; empty for regression"""
    source: str = ""
    licence: str = ""

    @property
    def features(self) -> int:
        """Numbers in one sample."""
        return int(np.prod(self.shape))

    @property
    def outputs(self) -> int:
        """Numbers a model must give for one sample: one per class, or one value."""
        return len(self.classes) if self.task == "classification" else 1


@dataclass(frozen=True)
class Arrays:
    """All samples of a data set, before any split.

    `inputs`: float32 `(samples, *shape)`. `targets`: int64 labels or float32 values `(samples,)`.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.int64] | NDArray[np.float32]
    feature_names: tuple[str, ...] = field(default=())
