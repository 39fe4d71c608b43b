"""The gradient's norm layer by layer over the run, as a heat map: dark rows hardly learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from dashboard.text import plotly_text
from dashboard.theme import COLOURS
from engine.events import Started
from jobs.history import History, Points
from jobs.measures import GRADIENTS, apart
from jobs.run import Run

_MOST_COLUMNS = 400
_LETTERS = 28
_DAY = ("#eef1fb", "#7d97f2", COLOURS[1])
_NIGHT = ("#161a28", "#4d68d8", COLOURS[1])


def draw(run: Run, history: History) -> None:
    """One row a layer, from the input above to the output below; one column a measurement."""
    every = [(name, *apart(name)) for name in history.metrics(run.id)]
    # Of folds, which would hide each other, the newest.
    shown = {name: metric for name, metric, fold in every if fold == run.fold}
    names = [name for name, metric in shown.items() if metric.startswith(GRADIENTS)]
    found = history.curves(run.id, names) if names else {}
    curves = {shown[name]: points for name, points in found.items()}
    if not curves:
        st.caption("Nothing measured yet: the first norms come with the first steps.")
        return
    started = Started.model_validate(history.records(run.id, "started")[-1].body)
    layers = _ordered(started.layers, curves)
    steps = curves[GRADIENTS + layers[0]].steps
    chosen = np.unique(np.linspace(0, len(steps) - 1, min(len(steps), _MOST_COLUMNS)).round())
    columns = chosen.astype(int)
    norms = np.array([curves[GRADIENTS + layer].values[columns] for layer in layers], float)
    figure = _heat_map(layers, steps[columns], norms, dark=st.context.theme.type == "dark")
    config = {"displayModeBar": False}
    st.plotly_chart(figure, key="gradients", config=config, alt="Gradient norm of each layer")
    st.caption(
        "L2 norm of each layer's gradient before clipping, the first layer above. A layer far "
        "below the others hardly learns: its gradient vanishes on the way to it."
        + (f" Shown is fold {run.fold}." if run.fold else "")
    )


def _ordered(layers: Sequence[str], curves: Mapping[str, Points]) -> list[str]:
    """Layers as the model has them, from input to output; the history sorts by name."""
    return [layer for layer in layers if GRADIENTS + layer in curves]


def _heat_map(
    layers: list[str], steps: NDArray[np.int32], norms: NDArray[np.float64], *, dark: bool
) -> go.Figure:
    logarithms = np.log10(np.maximum(norms, 1e-30))
    top = float(np.nanmax(logarithms))
    bottom = max(float(np.nanmin(logarithms)), top - 8)
    ticks = list(range(int(np.floor(bottom)), int(np.ceil(top)) + 1))
    figure = go.Figure(
        go.Heatmap(
            x=steps,
            z=logarithms,
            customdata=norms,
            colorscale=[
                [0, (_NIGHT if dark else _DAY)[0]],
                [0.55, (_NIGHT if dark else _DAY)[1]],
                [1, _DAY[2]],
            ],
            zmin=bottom,
            zmax=top,
            colorbar={
                "tickvals": ticks,
                "ticktext": [f"1e{tick}" for tick in ticks],
                "thickness": 10,
                "outlinewidth": 0,
            },
            hovertemplate="step %{x:,}, %{y}: %{customdata:.3g}<extra></extra>",
        )
    )
    figure.update_layout(
        title={"text": "Gradient norm of each layer", "font": {"size": 14}},
        height=min(900, 120 + max(24, 240 // len(layers)) * len(layers)),
        margin={"l": 0, "r": 0, "t": 36, "b": 0},
        xaxis={"title": {"text": "Step"}, "showgrid": False},
        yaxis={
            "tickvals": list(range(len(layers))),
            "ticktext": [_short(layer) for layer in layers],
            "autorange": "reversed",
            "showgrid": False,
        },
    )
    return figure


def _short(layer: str) -> str:
    """The end of a long name says most."""
    return plotly_text(layer if len(layer) <= _LETTERS else f"…{layer[1 - _LETTERS :]}")
