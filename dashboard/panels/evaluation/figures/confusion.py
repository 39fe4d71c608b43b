"""The confusion matrix. Counts stand in the cells while they can be read there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.panels.evaluation.figures.layout import layout, short

# Opaque ends: Plotly chooses the colour of the text in a cell by them, without looking behind.
_BLUES = ("#f2f5ff", "#3d5bd9")
_NIGHT_BLUES = ("#171b2b", "#5b7cff")
_COUNTED = 12
"""classes up to which a cell holds its count"""
_NAMED = 40
"""classes up to which an axis has names; beyond, the hover tells"""
_TALLEST = 560


def confusion(
    counts: Sequence[Sequence[int]], classes: Sequence[str], *, dark: bool = False
) -> go.Figure:
    """Rows: true class, columns: predicted; colour by share of the row, text counts."""
    matrix = np.asarray(counts, dtype=float)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    size = len(matrix)
    # By number, not by name: two classes may have the same name.
    names = [short(name) for name in classes] or [str(place) for place in range(size)]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            text=_texts(counts, shares) if size <= _COUNTED else None,
            texttemplate="%{text}" if size <= _COUNTED else None,
            customdata=_told(counts, names),
            colorscale=list(enumerate(_NIGHT_BLUES if dark else _BLUES)),
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2 if size <= _COUNTED else 0.5,
            ygap=2 if size <= _COUNTED else 0.5,
            hovertemplate="%{customdata} (%{z:.1%})<extra></extra>",
        )
    )
    figure.update_layout(
        **layout("Confusion matrix", min(_TALLEST, 120 + 32 * max(5, size))),
        xaxis=_axis("Predicted", names),
        yaxis={**_axis("True", names), "autorange": "reversed"},
    )
    return figure


def _axis(title: str, names: Sequence[str]) -> dict[str, Any]:
    axis = {"title": {"text": title}, "showgrid": False, "zeroline": False, "ticks": ""}
    if len(names) > _NAMED:
        return {
            **axis,
            "showticklabels": False,
            "title": {"text": f"{title} ({len(names)} classes)"},
        }
    small = {"size": 10} if len(names) > _COUNTED else {}
    return {**axis, "tickvals": list(range(len(names))), "ticktext": list(names), "tickfont": small}


def _told(counts: Sequence[Sequence[int]], names: Sequence[str]) -> list[list[str]]:
    return [
        [f"true {true}, predicted {said}: {n:,}" for said, n in zip(names, row, strict=True)]
        for true, row in zip(names, counts, strict=True)
    ]


def _texts(counts: Sequence[Sequence[int]], shares: NDArray[np.float64]) -> list[list[str]]:
    """Counts; where the cells are large enough, the percent of the row below them."""
    if len(counts) > 4:
        return [[f"{count:,}" for count in row] for row in counts]
    return [
        [f"{count:,}<br>{100 * share:.1f} %" for count, share in zip(row, part, strict=True)]
        for row, part in zip(counts, shares, strict=True)
    ]
