"""How far predicted numbers are from the true ones."""

from __future__ import annotations

import numpy as np

from engine.metrics.classes import Floats


def regression(targets: Floats, predictions: Floats) -> dict[str, float]:
    """`mse`, `rmse`, `mae`, and `r2` unless all targets are equal."""
    errors = predictions - targets
    square = float(np.mean(errors**2))
    found = {"mse": square, "rmse": square**0.5, "mae": float(np.mean(np.abs(errors)))}
    spread = float(np.mean((targets - targets.mean()) ** 2))
    if spread > 0:
        found["r2"] = 1 - square / spread
    return found


def everything(targets: Floats, predictions: Floats) -> dict[str, float]:
    """These, the median error, and the explained variance: R² if no error were systematic."""
    errors = predictions - targets
    found = regression(targets, predictions)
    found["median_error"] = float(np.median(np.abs(errors)))
    if "r2" in found:
        found["explained_variance"] = 1 - float(np.var(errors) / np.var(targets))
    return found
