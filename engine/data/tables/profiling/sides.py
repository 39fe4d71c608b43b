"""A column beside a target: as numbers, or as codes of its categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """One of two columns that are compared, row by row."""

    name: str
    category: bool
    values: Values
    """numbers; NaN where the cell is missing or infinite. Empty of a category."""
    codes: Codes
    """0 for a missing cell, 1 and on for each different value. Empty of numbers."""
    different: int
    """codes there are, 0 included"""


def side_of(name: str, cells: Any, *, category: bool) -> Side:
    """The cells as one or the other; dates are numbers."""
    nothing: Any = np.zeros(0)
    if category:
        encoded = cells.dictionary_encode()
        codes = np.array(encoded.indices.cast(pa.int64()).fill_null(-1)) + 1
        return Side(name, True, nothing, codes, len(encoded.dictionary) + 1)
    if pa.types.is_timestamp(cells.type):
        cells = cells.cast(pa.int64())
    filled = cells.cast(pa.float64(), safe=False)
    values = np.array(filled.to_numpy(zero_copy_only=False), dtype=np.float64)
    return Side(name, False, np.where(np.isfinite(values), values, np.nan), nothing, 0)
