"""Images whose test part is published: results on it can be compared with those of papers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from pydantic import Field

from engine.data.cache import cached_file
from engine.data.divide import divide, drawn
from engine.data.images import Images
from engine.data.raw import Labels
from engine.data.split import Split
from engine.problem import Problem

TEST_SAMPLES = 10_000
"""the last ones of each of these sets, as we put them together"""


class Published(Images):
    """Images whose test part is published."""

    test_part: Literal["published", "drawn"] = Field(
        "published",
        description=f"published: the {TEST_SAMPLES:,} images that everybody tests with; "
        "drawn: the split's share of all images",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.split.folds and self.test_part == "published":
            yield Problem(
                "data.split.folds",
                "the test part is the published one, so no fold can take its place; choose "
                "data.test_part=drawn, or leave folds empty",
            )

    def sizes(self) -> dict[str, int]:
        if self.test_part == "drawn":
            return super().sizes()
        rows = drawn(self.card.samples, self.limit, self.split.seed)
        training = int((rows < self._training_samples).sum())
        return {**self._without_test().sizes(training), "test": len(rows) - training}

    def divide(self, rows: Labels, labels: Labels | None) -> dict[str, Labels]:
        if self.test_part == "drawn":
            return super().divide(rows, labels)
        rest = np.flatnonzero(rows < self._training_samples)
        chosen = None if labels is None else labels[rest]
        parts = divide(self._without_test(), len(rest), chosen)
        found = {name: rest[places] for name, places in parts.items()}
        return {**found, "test": np.flatnonzero(rows >= self._training_samples)}

    def labels(self) -> Labels:
        """A form asks for them, and is not to wait for a download."""
        if not self.is_here():
            raise FileNotFoundError(f"{self.title} is not on this machine yet")
        return super().labels()

    def is_here(self) -> bool:
        """Whether they have been read on this machine before."""
        return cached_file(self._cache_key()).is_file()

    @property
    def _training_samples(self) -> int:
        return self.card.samples - TEST_SAMPLES

    def _without_test(self) -> Split:
        return self.split.model_copy(update={"test": 0.0, "folds": None, "fold": None})
