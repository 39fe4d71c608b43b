"""`Points`: one metric's curve, how it is packed into chunks and how attempts are merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Points:
    """A curve: `steps` int32, `seconds` float64 (unix time), `values` float32; equal lengths."""

    steps: NDArray[np.int32]
    seconds: NDArray[np.float64]
    values: NDArray[np.float32]

    @classmethod
    def of(cls, steps: Sequence[int], seconds: Sequence[float], values: Sequence[float]) -> Points:
        """From plain lists of equal length."""
        return cls(
            np.asarray(steps, np.int32),
            np.asarray(seconds, np.float64),
            np.asarray(values, np.float32),
        )

    @classmethod
    def empty(cls) -> Points:
        """A curve without a point."""
        return cls.of([], [], [])

    @classmethod
    def unpack(cls, steps: bytes, seconds: bytes, values: bytes) -> Points:
        """From the little-endian bytes of `pack`."""
        return cls(
            np.frombuffer(steps, "<i4"), np.frombuffer(seconds, "<f8"), np.frombuffer(values, "<f4")
        )

    def pack(self) -> tuple[bytes, bytes, bytes]:
        """Little-endian bytes of steps, seconds and values."""
        return (
            self.steps.astype("<i4", copy=False).tobytes(),
            self.seconds.astype("<f8", copy=False).tobytes(),
            self.values.astype("<f4", copy=False).tobytes(),
        )

    def __len__(self) -> int:
        return len(self.steps)

    def take(self, index: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Points:
        """The points at `index`, in its order."""
        return Points(self.steps[index], self.seconds[index], self.values[index])

    def range(self) -> tuple[float | None, float | None]:
        """Smallest and largest finite value; None when there is none."""
        finite = self.values[np.isfinite(self.values)]
        return (float(finite.min()), float(finite.max())) if len(finite) else (None, None)


def join(parts: Sequence[Points]) -> Points:
    """The parts one after the other."""
    if not parts:
        return Points.empty()
    return Points(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.seconds for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def merge(attempts: Sequence[Points]) -> Points:
    """One curve out of the attempts: a step that was replayed counts once, as first recorded."""
    if len(attempts) < 2:
        return join(attempts)
    everything = join(attempts)
    _, first = np.unique(everything.steps, return_index=True)
    return everything.take(first)


def first_difference(known: Points, again: Points) -> int | None:
    """The first step that both have with different values (NaN equals NaN), or None."""
    _, left, right = np.intersect1d(known.steps, again.steps, return_indices=True)
    before, after = known.values[left], again.values[right]
    differs = (before != after) & ~(np.isnan(before) & np.isnan(after))
    return int(known.steps[left][differs][0]) if differs.any() else None
