"""Shift and divisor of a column, as scikit-learn's scalers measure them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.own.stored import Values


@dataclass(frozen=True)
class Scale:
    """(values - `shift`) / `factor`, both `(columns,)`."""

    shift: NDArray[np.float64]
    factor: NDArray[np.float64]

    def __call__(self, values: Values) -> Values:
        """Values `(rows, columns)` on the new scale."""
        return (values - self.shift) / self.factor


def measure(scaling: str, values: Values) -> Scale:
    """Of `values` `(rows, columns)`, none of them missing."""
    match scaling:
        case "standard":
            shift, factor = values.mean(axis=0), _deviation(values)
        case "minmax":
            shift = values.min(axis=0)
            factor = values.max(axis=0) - shift
        case "robust":
            low, shift, high = np.percentile(values, (25, 50, 75), axis=0)
            factor = high - low
        case _:
            shift, factor = np.zeros(values.shape[1]), np.ones(values.shape[1])
    # A column that never changes in the training part says nothing; it must not become infinite.
    return Scale(shift, np.where(factor == 0, 1.0, factor))


def _deviation(values: Values) -> NDArray[np.float64]:
    """0 also where rounding alone makes a column of equal numbers differ."""
    variance, mean = values.var(axis=0), values.mean(axis=0)
    rounding = np.finfo(np.float64).eps
    noise = len(values) * rounding * variance + (len(values) * mean * rounding) ** 2
    return np.where(variance <= noise, 0.0, np.sqrt(variance))
