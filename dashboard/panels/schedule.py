"""The learning rate over the run, drawn before it begins."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.text import number
from dashboard.theme import COLOURS
from engine.config import RunConfig

_POINTS = 200


def draw(config: RunConfig, total_steps: int) -> None:
    """A small curve of the learning rate from the first step to the last."""
    count = min(total_steps, _POINTS)
    steps = [round(index * (total_steps - 1) / max(1, count - 1)) for index in range(count)]
    rate = config.optimizer.learning_rate
    values = [config.schedule.rate(rate, step, total_steps) for step in steps]
    figure = go.Figure(
        go.Scatter(
            x=steps,
            y=values,
            mode="lines",
            line={"color": COLOURS[0], "width": 2},
            fill=None if config.schedule.explores else "tozeroy",
            fillcolor="rgba(79,124,255,.10)",
            hovertemplate="step %{x:,}: %{y:.4g}<extra></extra>",
        )
    )
    figure.update_layout(
        height=120,
        margin={"l": 0, "r": 0, "t": 6, "b": 0},
        xaxis={"showgrid": False, "nticks": 4, "title": None},
        yaxis=_axis(config),
        showlegend=False,
    )
    each = " of each fold" if config.data.split.every_fold else ""
    st.caption(f"Learning rate over {total_steps:,} steps{each}, at most {number(max(values))}")
    st.plotly_chart(
        figure, key="forecast.schedule", config={"displayModeBar": False, "staticPlot": False}
    )
    if config.schedule.needs_validation:
        st.caption("Drawn for a validation loss that always falls: each plateau lowers the rate.")
    elif config.schedule.explores:
        st.caption(
            "Instead of the optimizer's own rate. Ends by itself where the loss blows up, and "
            "suggests a learning rate."
        )


def _axis(config: RunConfig) -> dict[str, Any]:
    """From 0 up; by powers of ten where the rates span many of them."""
    if config.schedule.explores:
        return {"type": "log", "nticks": 4, "tickformat": ".0e", "title": None}
    return {"rangemode": "tozero", "nticks": 3, "tickformat": "~g", "title": None}
