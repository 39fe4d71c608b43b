"""Curves of a classification over all thresholds, and its calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.panels.evaluation.figures.layout import CHANCE, layout, short
from dashboard.theme import COLOURS
from engine.events import Curve

_FULL = [-0.01, 1.02]


def roc(curves: Sequence[Curve], classes: int = 0) -> go.Figure:
    """One line a curve with the area under it, and the diagonal of pure chance."""
    figure = go.Figure()
    _lines(figure, curves, lambda curve: f"AUC {np.trapezoid(curve.y, curve.x):.3f}")
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=CHANCE, showlegend=False)
    figure.update_layout(
        **layout(_titled("ROC curves", curves, classes), _height(curves)),
        xaxis={"title": {"text": "False positive rate"}, "range": _FULL},
        yaxis={"title": {"text": "True positive rate"}, "range": _FULL},
        legend=_legend(curves),
    )
    return figure


def precision_recall(curves: Sequence[Curve], classes: int = 0) -> go.Figure:
    """One line a curve with its average precision: how pure, and how complete."""
    figure = go.Figure()
    _lines(figure, curves, lambda curve: f"AP {_average(curve):.3f}")
    figure.update_layout(
        **layout(_titled("Precision and recall", curves, classes), _height(curves)),
        xaxis={"title": {"text": "Recall"}, "range": _FULL},
        yaxis={"title": {"text": "Precision"}, "range": _FULL},
        legend=_legend(curves),
    )
    return figure


def calibration(curves: Sequence[Curve]) -> go.Figure:
    """Predicted probability against the share that came true; on the line both agree."""
    figure = go.Figure()
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=CHANCE, hoverinfo="skip")
    for index, curve in enumerate(curves):
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            mode="lines+markers",
            line={"width": 2, "color": COLOURS[index % len(COLOURS)]},
            marker={"size": 8},
            hovertemplate="said %{x:.1%}, came true %{y:.1%}<extra></extra>",
        )
    said = short(curves[0].label) if curves else ""
    figure.update_layout(
        **layout("Calibration", 360),
        xaxis={"title": {"text": f"Predicted probability of {said}"}, "range": _FULL},
        yaxis={"title": {"text": "Share that came true"}, "range": _FULL},
        showlegend=False,
    )
    return figure


def _lines(figure: go.Figure, curves: Sequence[Curve], tell: Callable[[Curve], str]) -> None:
    for index, curve in enumerate(curves):
        # From the ninth class on the colours come again, dashed.
        again, place = divmod(index, len(COLOURS))
        line = {"width": 2, "color": COLOURS[place], "dash": "dash" if again else "solid"}
        name = f"{short(curve.label)} · {tell(curve)}"
        figure.add_scatter(x=curve.x, y=curve.y, name=name, mode="lines", line=line)


def _average(curve: Curve) -> float:
    """Average precision of a drawn curve; the exact one stands among the numbers."""
    return float(np.sum(np.diff(curve.x) * np.asarray(curve.y[1:])))


def _titled(title: str, curves: Sequence[Curve], classes: int) -> str:
    """Of many classes only those that are told apart worst are drawn."""
    return title if len(curves) * 2 >= classes else f"{title}, the {len(curves)} hardest classes"


def _height(curves: Sequence[Curve]) -> int:
    return 360 if len(curves) <= 3 else 350 + 22 * -(-len(curves) // 3)


def _legend(curves: Sequence[Curve]) -> dict[str, Any]:
    """Inside for a few curves; below for many, where it hides none of them."""
    if len(curves) <= 3:
        return {"x": 0.98, "y": 0.04, "xanchor": "right", "yanchor": "bottom"}
    return {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top", "font": {"size": 11}}
