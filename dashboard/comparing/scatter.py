"""One dot a run: any setting or number against any other, a third one as colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import navigation
from dashboard.comparing.space import Dimension, outcome
from dashboard.comparing.subject import Subject
from dashboard.text import metric, one_line, plotly_text

SCALE = "Viridis"
"""read by colour-blind eyes, and by its lightness alone"""
_NO_COLOUR = "Run"


def draw(subject: Subject, space: Mapping[str, Dimension]) -> None:
    """The choices, the picture, and who is not in it. A click on a dot opens its run."""
    names = list(space)
    with st.container(horizontal=True, vertical_alignment="bottom", key="scatter-choices"):
        across = _choice("Across", "across", names, names[0])
        up = _choice("Up", "up", names, outcome(space))
        colour = _choice("Colour", "colour", [_NO_COLOUR, *names], _NO_COLOUR)
    chosen = [space[across], space[up]]
    if colour != _NO_COLOUR:
        chosen.append(space[colour])
    there = [run for run in subject.runs if all(run.id in each.values for each in chosen)]
    if there:
        picked = st.plotly_chart(
            _figure(subject, [run.id for run in there], chosen),
            key="scatter",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt=f"{up} over {across}, a dot a run",
        )
        _open(picked)
    missing(subject, chosen)


def _choice(label: str, key: str, names: list[str], standard: str) -> str:
    return st.selectbox(
        label, names, index=names.index(standard), key=key, bind="query-params", width=260
    )


def missing(subject: Subject, chosen: list[Dimension]) -> None:
    """Says which runs have no place in a picture, and why."""
    for each in chosen:
        absent = [run.name for run in subject.runs if run.id not in each.values]
        if absent:
            some = ", ".join(map(one_line, absent[:4])) + (", …" if len(absent) > 4 else "")
            how_many = "1 run" if len(absent) == 1 else f"{len(absent)} runs"
            st.text(f"Without {each.name.lower()}, so not drawn: {some} ({how_many}).")


def _figure(subject: Subject, ids: list[str], chosen: list[Dimension]) -> Any:
    import plotly.graph_objects as go

    across, up, *third = chosen
    figure = go.Figure(
        go.Scatter(
            x=[across.values[each] for each in ids],
            y=[up.values[each] for each in ids],
            mode="markers",
            customdata=[[each] for each in ids],
            text=[told(subject, each, chosen) for each in ids],
            hovertemplate="%{text}<extra></extra>",
            marker={"size": 12, "line": {"width": 1}, **_colours(subject, ids, third)},
        )
    )
    figure.update_layout(
        height=440, margin={"l": 60, "r": 20, "t": 20, "b": 50}, clickmode="event+select"
    )
    figure.update_xaxes(**_axis(across))
    figure.update_yaxes(**_axis(up))
    return figure


def told(subject: Subject, run_id: str, chosen: Sequence[Dimension]) -> str:
    """What stands under the pointer: the run, and its values."""
    name = next(run.name for run in subject.runs if run.id == run_id)
    lines = [f"<b>{plotly_text(name)}</b>", plotly_text(subject.names[run_id])]
    lines += [f"{plotly_text(each.name)}: {_said(each.values[run_id])}" for each in chosen]
    return "<br>".join(dict.fromkeys(lines))


def _said(value: float | str) -> str:
    return plotly_text(value) if isinstance(value, str) else metric(value)


def _axis(dimension: Dimension) -> dict[str, Any]:
    kind = "category" if dimension.words else "log" if dimension.log else "linear"
    order = {"categoryorder": "category ascending"} if dimension.words else {}
    return {"title": {"text": plotly_text(dimension.name)}, "type": kind, **order}


def _colours(subject: Subject, ids: list[str], third: list[Dimension]) -> dict[str, Any]:
    if not third:
        return {"color": [subject.colour(each) for each in ids]}
    (dimension,) = third
    bar = {"title": {"text": plotly_text(dimension.name), "side": "right"}, "thickness": 12}
    heights, ticks = dimension.heights(ids)
    bar |= {"tickvals": list(ticks), "ticktext": list(map(plotly_text, ticks.values()))}
    return {
        "color": heights,
        "cmin": 0,
        "cmax": 1,
        "colorscale": SCALE,
        "showscale": True,
        "colorbar": bar,
    }


def _open(picked: Any) -> None:
    points = picked["selection"]["points"]
    if points and (run_id := points[0].get("customdata")):
        # The choice stays with the picture: coming back must not open the run again.
        navigation.go("run", id=run_id[0])
