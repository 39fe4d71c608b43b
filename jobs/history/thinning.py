"""Fewer points, the same picture: every extreme, every gap and both ends of a curve survive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def keep(values: NDArray[np.floating], pixels: int) -> NDArray[np.intp]:
    """Which points to draw: indices in order, about two per pixel, never losing an extreme.

    Each of `pixels` equal buckets keeps its smallest and its largest finite value and its first
    value that is not finite (a gap in the line). A curve that is short enough is kept whole.
    """
    count = len(values)
    if count <= 2 * pixels:
        return np.arange(count)
    width = -(-count // pixels)
    rows = -(-count // width)
    padded = np.full(rows * width, np.nan)
    padded[:count] = values
    table = padded.reshape(rows, width)
    finite = np.isfinite(table)
    gaps = ~finite
    gaps.reshape(-1)[count:] = False
    start = np.arange(rows) * width
    has_value, has_gap = finite.any(axis=1), gaps.any(axis=1)
    lowest = (start + np.where(finite, table, np.inf).argmin(axis=1))[has_value]
    highest = (start + np.where(finite, table, -np.inf).argmax(axis=1))[has_value]
    broken = (start + gaps.argmax(axis=1))[has_gap]
    ends = np.array([0, count - 1])
    return np.unique(np.concatenate([ends, lowest, highest, broken]))
