"""Numbers as the sentences of alerts write them."""

from __future__ import annotations


def short(value: float) -> str:
    """Three digits: `0.0123`, `3.14`, `3,140`."""
    if 1_000 <= abs(value) < 1e9:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"
