"""What a learning-rate range test found: the loss over the learning rate, and one to go on with."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from dashboard import navigation
from dashboard.text import number
from dashboard.theme import COLOURS
from engine.loop.range_test import Suggestion, suggest
from jobs.history import History
from jobs.run import Run

Floats = NDArray[np.float64]


def draw(run: Run, history: History) -> None:
    """The chart, and beside it the suggestion and its button; nothing before the first steps."""
    rates, losses = _tried(run, history)
    if len(rates) < 2:
        return
    found = suggest(list(rates), list(losses))
    with st.container(border=True, key="range_test"):
        left, right = st.columns([2.2, 1], gap="large", vertical_alignment="center")
        with left:
            _chart(rates, losses, found)
        with right:
            _word(run, found)


def _tried(run: Run, history: History) -> tuple[Floats, Floats]:
    """Learning rates and losses of the steps that have both."""
    curves = history.curves(run.id, ["train/learning_rate", "train/loss"])
    if len(curves) < 2:
        return np.zeros(0), np.zeros(0)
    rates, losses = curves["train/learning_rate"], curves["train/loss"]
    _, left, right = np.intersect1d(rates.steps, losses.steps, return_indices=True)
    return rates.values[left].astype(float), losses.values[right].astype(float)


def _chart(rates: Floats, losses: Floats, found: Suggestion | None) -> None:
    figure = go.Figure()
    faint = {"width": 1.2, "color": "rgba(79,124,255,.35)"}
    figure.add_scatter(x=rates, y=losses, mode="lines", line=faint, hoverinfo="skip")
    if found:
        good = np.isfinite(losses) & (rates > 0)
        shown = "learning rate %{x:.2g}: loss %{y:.4g}<extra></extra>"
        line = {"width": 2.2, "color": COLOURS[0]}
        figure.add_scatter(
            x=rates[good], y=found.smoothed, mode="lines", line=line, hovertemplate=shown
        )
        _mark(figure, found, rates[good])
    figure.update_layout(
        title={"text": "Loss over the learning rate", "font": {"size": 14}},
        height=300,
        margin={"l": 0, "r": 8, "t": 36, "b": 0},
        xaxis={"type": "log", "title": {"text": "Learning rate"}, "dtick": 1, "tickformat": ".0e"},
        yaxis={"title": {"text": "Training loss"}, "range": _range(losses, found)},
        showlegend=False,
    )
    config = {"displayModeBar": False}
    st.plotly_chart(figure, key="range_test.chart", config=config, alt="Loss over learning rate")


def _mark(figure: go.Figure, found: Suggestion, rates: Floats) -> None:
    """The suggestion, as a dot on the curve and a line through it."""
    place = int(np.abs(np.log(rates / found.learning_rate)).argmin())
    line = {"width": 1, "dash": "dot", "color": "gray"}
    figure.add_vline(x=found.learning_rate, line=line)
    figure.add_scatter(
        x=[rates[place]],
        y=[found.smoothed[place]],
        mode="markers",
        marker={"size": 11, "color": COLOURS[1]},
        hovertemplate="suggested: %{x:.2g}<extra></extra>",
    )


def _range(losses: Floats, found: Suggestion | None) -> list[float] | None:
    """Without the blow-up, beside which the fall could not be seen; None where all can be."""
    if found is None:
        return None
    lowest, first = float(found.smoothed.min()), float(found.smoothed[0])
    room = max(first - lowest, 1e-9)
    top = min(float(np.nanmax(losses[np.isfinite(losses)])), first + 0.6 * room)
    bottom = min(lowest, float(np.nanmin(losses[np.isfinite(losses)])))
    return [bottom - 0.05 * room, top + 0.05 * room]


def _word(run: Run, found: Suggestion | None) -> None:
    if found is None:
        waits = "The first suggestion comes when the test is over."
        none = "No learning rate can be suggested: the loss never fell, or there are too few steps."
        st.caption(none if run.over else waits)
        return
    st.metric("Suggested learning rate", number(found.learning_rate))
    st.caption("Where the loss fell fastest (Smith, 2017). A third of it is the careful choice.")
    if st.button(
        "Launch with this learning rate",
        key="range_test.launch",
        icon=":material/play_arrow:",
        type="primary" if run.over else "secondary",
    ):
        rate = f"{found.learning_rate:g}"
        navigation.go("launch", **{"from": run.id, "learning_rate": rate})
