"""Still Plotly figures of one evaluation. Names of classes are escaped: Plotly reads markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.text import plotly_text
from dashboard.theme import COLOURS
from engine.events import Curve

# Opaque ends: Plotly chooses the colour of the text in a cell by them, without looking behind.
_BLUES = ("#f2f5ff", "#3d5bd9")
_NIGHT_BLUES = ("#171b2b", "#5b7cff")
_MARGIN = {"l": 0, "r": 8, "t": 36, "b": 0}


def confusion(
    counts: Sequence[Sequence[int]], classes: Sequence[str], *, dark: bool = False
) -> go.Figure:
    """Rows: true class, columns: predicted; colour by share of the row, text counts."""
    matrix = np.asarray(counts, dtype=float)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    names = [plotly_text(name) for name in classes] or [str(i) for i in range(len(matrix))]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=names,
            y=names,
            text=_texts(counts, shares),
            customdata=matrix,
            texttemplate="%{text}",
            colorscale=list(enumerate(_NIGHT_BLUES if dark else _BLUES)),
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate="true %{y}, predicted %{x}: %{customdata:,} (%{z:.1%})<extra></extra>",
        )
    )
    figure.update_layout(
        **_layout("Confusion matrix", 120 + 32 * max(5, len(matrix))),
        xaxis={"title": {"text": "Predicted"}, "type": "category", "showgrid": False},
        yaxis={
            "title": {"text": "True"},
            "type": "category",
            "autorange": "reversed",
            "showgrid": False,
        },
    )
    return figure


def _texts(counts: Sequence[Sequence[int]], shares: NDArray[np.float64]) -> list[list[str]]:
    """Counts; where the cells are large enough, the percent of the row below them."""
    if len(counts) > 4:
        return [[f"{count:,}" for count in row] for row in counts]
    return [
        [f"{count:,}<br>{100 * share:.1f} %" for count, share in zip(row, part, strict=True)]
        for row, part in zip(counts, shares, strict=True)
    ]


def roc(curves: Sequence[Curve]) -> go.Figure:
    """One line a curve with the area under it, and the diagonal of pure chance."""
    figure = go.Figure()
    for index, curve in enumerate(curves):
        area = float(np.trapezoid(curve.y, curve.x))
        name = f"{plotly_text(curve.label)} · AUC {area:.3f}"
        # From the ninth class on the colours come again, dashed.
        again, place = divmod(index, len(COLOURS))
        line = {"width": 2, "color": COLOURS[place], "dash": "dash" if again else "solid"}
        figure.add_scatter(x=curve.x, y=curve.y, name=name, mode="lines", line=line)
    chance = {"width": 1, "dash": "dot", "color": "gray"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=chance, showlegend=False)
    figure.update_layout(
        **_layout("ROC curves", max(360, 120 + 32 * len(curves))),
        xaxis={"title": {"text": "False positive rate"}, "range": [-0.01, 1.01]},
        yaxis={"title": {"text": "True positive rate"}, "range": [-0.01, 1.02]},
        legend={"x": 0.98, "y": 0.04, "xanchor": "right", "yanchor": "bottom"},
    )
    return figure


def regression(targets: Sequence[float], predictions: Sequence[float]) -> go.Figure:
    """Predicted over true values; on the line they agree."""
    ends = [min(*targets, *predictions), max(*targets, *predictions)]
    figure = go.Figure()
    line = {"width": 1, "dash": "dot", "color": "gray"}
    figure.add_scatter(x=ends, y=ends, mode="lines", line=line, hoverinfo="skip")
    figure.add_scatter(
        x=list(targets),
        y=list(predictions),
        mode="markers",
        marker={"size": 6, "opacity": 0.65, "color": COLOURS[0]},
        hovertemplate="true %{x:.4g}, predicted %{y:.4g}<extra></extra>",
    )
    figure.update_layout(
        **_layout("Predicted against true", 340),
        xaxis={"title": {"text": "True"}},
        yaxis={"title": {"text": "Predicted"}},
        showlegend=False,
    )
    return figure


def residuals(targets: Sequence[float], predictions: Sequence[float]) -> go.Figure:
    """How far off, in the unit of the target: predicted minus true."""
    gaps = np.asarray(predictions) - np.asarray(targets)
    figure = go.Figure(go.Histogram(x=gaps, nbinsx=30, marker={"color": COLOURS[0]}))
    figure.update_layout(
        **_layout("Residuals", 340),
        xaxis={"title": {"text": "Predicted minus true"}},
        yaxis={"title": {"text": "Samples"}},
        bargap=0.06,
    )
    return figure


def _layout(title: str, height: int) -> dict[str, Any]:
    return {"title": {"text": title, "font": {"size": 14}}, "height": height, "margin": _MARGIN}
