"""What is known of a data set before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Task = Literal[
    "classification",
    "regression",
    "language_modelling",
    "seq2seq",
    "rating",
    "node_classification",
    "embedding",
]
Modality = Literal["tabular", "image", "series", "text", "ratings", "graph"]


@dataclass(frozen=True)
class Card:
    """The facts a form, a check or a model needs: no array, no torch, no file opened.

    `docs/architecture.md` lists what a sample of each task and modality is.
    """

    task: Task
    modality: Modality
    samples: int
    shape: tuple[int, ...]
    """of one sample, e.g. `(features,)` or `(channels, height, width)`; of a text `(length,)`"""
    classes: tuple[str, ...] = ()
    """names in label order; empty where nothing is classified"""
    source: str = ""
    licence: str = ""
    vocabulary: int = 0
    """tokens of a text's vocabulary; 0 until the training part has been read"""
    target_length: int = 0
    """longest target of a sequence to sequence task, in tokens"""
    target_vocabulary: int = 0
    users: int = 0
    items: int = 0
    nodes: int = 0
    edges: int = 0

    @property
    def features(self) -> int:
        """Numbers in one sample."""
        return int(np.prod(self.shape))

    @property
    def outputs(self) -> int:
        """Numbers a model must give for one sample, or for one of its tokens."""
        if self.classes:
            return len(self.classes)
        if self.task == "seq2seq":
            return self.target_vocabulary
        return self.vocabulary if self.task in ("language_modelling", "embedding") else 1
