"""How predicted numbers lie beside the true ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.panels.evaluation.figures.layout import CHANCE, layout
from dashboard.theme import COLOURS


def fit(targets: Sequence[float], predictions: Sequence[float]) -> go.Figure:
    """Predicted over true values; on the line they agree."""
    ends = [min(*targets, *predictions), max(*targets, *predictions)]
    figure = go.Figure()
    figure.add_scatter(x=ends, y=ends, mode="lines", line=CHANCE, hoverinfo="skip")
    figure.add_scatter(
        x=list(targets),
        y=list(predictions),
        mode="markers",
        marker={"size": 6, "opacity": 0.65, "color": COLOURS[0]},
        hovertemplate="true %{x:.4g}, predicted %{y:.4g}<extra></extra>",
    )
    figure.update_layout(
        **layout("Predicted against true", 340),
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
        **layout("Residuals", 340),
        xaxis={"title": {"text": "Predicted minus true"}},
        yaxis={"title": {"text": "Samples"}},
        bargap=0.06,
    )
    return figure
