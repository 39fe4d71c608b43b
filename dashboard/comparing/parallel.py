"""Parallel coordinates: a line a run through one axis for each setting and number.

Drawn with plain lines. Plotly's own kind compiles its shaders from text, which the page's
content security policy forbids, and says nothing under the pointer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.comparing.scatter import SCALE, missing, told
from dashboard.comparing.space import Dimension, outcome
from dashboard.comparing.subject import Subject
from dashboard.text import plotly_text

MOST_AXES = 10
_FIRST_AXES = 5
_LETTERS = 24


def draw(subject: Subject, space: Mapping[str, Dimension]) -> None:
    """The choice of axes, the picture, and who is not in it. The last axis gives the colour."""
    settings = [name for name, each in space.items() if not each.measured]
    standard = list(dict.fromkeys([*settings[:_FIRST_AXES], outcome(space)]))
    chosen = st.multiselect(
        "Axes, the last one gives the colour",
        list(space),
        default=standard,
        key="axes",
        bind="query-params",
        max_selections=MOST_AXES,
    )
    axes = [space[name] for name in chosen]
    if len(axes) < 2:
        st.caption("Choose two axes or more.")
        return
    there = [run.id for run in subject.runs if all(run.id in each.values for each in axes)]
    if there:
        st.plotly_chart(
            _figure(subject, there, axes),
            key="parallel",
            config={"displayModeBar": False},
            alt="Parallel coordinates of " + ", ".join(chosen),
        )
    missing(subject, axes)


def _figure(subject: Subject, ids: Sequence[str], axes: Sequence[Dimension]) -> Any:
    import plotly.graph_objects as go
    from plotly.colors import sample_colorscale

    heights = [axis.heights(ids) for axis in axes]
    colours = sample_colorscale(SCALE, heights[-1][0])
    figure = go.Figure()
    for index, run_id in enumerate(ids):
        figure.add_scatter(
            x=list(range(len(axes))),
            y=[places[index] for places, _ in heights],
            mode="lines+markers",
            line={"color": colours[index], "width": 2},
            marker={"size": 7},
            opacity=0.8,
            text=told(subject, run_id, axes),
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
    for place, (_, ticks) in enumerate(heights):
        _rule(figure, place, ticks)
        _title(figure, place, axes)
    figure.update_layout(height=440, margin={"l": 60, "r": 20, "t": 60, "b": 20})
    figure.update_xaxes(visible=False, range=[-0.05, len(axes) - 0.95], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-0.05, 1.05], fixedrange=True)
    return figure


def _title(figure: Any, place: int, axes: Sequence[Dimension]) -> None:
    """Those at the edges lean inwards: as ticks they were cut off where the page is narrow."""
    anchor = "left" if place == 0 else "right" if place == len(axes) - 1 else "center"
    figure.add_annotation(
        x=place,
        y=1,
        text=plotly_text(_short(axes[place])),
        showarrow=False,
        xanchor=anchor,
        xshift={"left": -40, "right": 12}.get(anchor, 0),
        yshift=32 if place % 2 and len(axes) > 2 else 14,
        yanchor="bottom",
    )


def _rule(figure: Any, place: int, ticks: Mapping[float, str]) -> None:
    """A vertical axis with its values at the left."""
    figure.add_shape(
        type="line",
        x0=place,
        x1=place,
        y0=0,
        y1=1,
        layer="below",
        line={"width": 1, "color": "gray"},
    )
    for height, text in ticks.items():
        figure.add_annotation(
            x=place,
            y=height,
            text=plotly_text(text),
            showarrow=False,
            xanchor="right",
            xshift=-7,
            font={"size": 11},
        )


def _short(axis: Dimension) -> str:
    """Of a setting its own name, without the group it belongs to."""
    name = axis.name.rpartition(" · ")[2]
    name = name[:1].upper() + name[1:]
    name = name if len(name) <= _LETTERS else f"…{name[-_LETTERS:]}"
    return f"{name} (log)" if axis.log else name
