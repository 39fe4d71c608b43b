"""What the list of runs is filtered by. Every choice stands in the address."""

from __future__ import annotations

from typing import Literal, cast

import streamlit as st

from dashboard import services
from jobs.history.finding import Facets, Filter, Shelf, titles
from jobs.services import organise
from jobs.status import Status

STATES: dict[str, tuple[Status, ...]] = {
    "running": ("starting", "running", "held", "resuming", "pausing", "stopping"),
    "queued": ("queued",),
    "paused": ("paused",),
    "finished": ("finished",),
    "failed": ("failed",),
    "stopped": ("stopped",),
}
"""what people choose, and the statuses that are alike"""

_SHELVES: dict[Shelf, str] = {"current": "Current", "archived": "Archived", "deleted": "Deleted"}
_WIDTH = 190


def draw() -> Filter:
    """Search and state, then what there is to choose among."""
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        search = st.text_input(
            "Search",
            key="search",
            type="search",
            live=True,
            placeholder="Search names, tags, notes, models, data",
            label_visibility="collapsed",
            bind="query-params",
            width=320,
        )
        state = st.pills(
            "State",
            list(STATES),
            key="state",
            # The address carries this very text, so it must not change with the runs.
            format_func=str.capitalize,
            label_visibility="collapsed",
            bind="query-params",
        )
    with st.container(horizontal=True, vertical_alignment="center", key="more-filters"):
        shelf = _shelf()
        facets = organise.facets(services.yard(), shelf)
        tags = _tags(facets)
        model = _kind("model", facets.models)
        data = _kind("data", facets.data)
    states = STATES[state] if state else ()
    return Filter(search or "", states, tuple(tags), model, data, shelf)


def _shelf() -> Shelf:
    chosen = st.segmented_control(
        "Which runs",
        list(_SHELVES.values()),
        key="show",
        default="Current",
        label_visibility="collapsed",
        bind="query-params",
        required=True,
    )
    return next(shelf for shelf, label in _SHELVES.items() if label == (chosen or "Current"))


def _tags(facets: Facets) -> list[str]:
    """The tags there are, and those of the address that no run has: so a link says what it says."""
    asked = [tag for tag in st.query_params.get_all("tag") if tag]
    known = list(dict.fromkeys([*facets.tags, *asked]))
    if not known:
        return []
    return st.multiselect(
        "Tags",
        known,
        key="tag",
        placeholder="Any tag",
        label_visibility="collapsed",
        bind="query-params",
        width=240,
    )


def _kind(group: Literal["model", "data"], found: dict[str, int]) -> str:
    """One of the models or data that runs here have, by the name people know."""
    named = titles(group)
    asked = st.query_params.get(group, "")
    kinds = [kind for kind in named if kind in found or named[kind] == asked]
    if len(kinds) < 2 and not asked:
        return ""
    labels = {named[kind]: kind for kind in kinds}
    chosen = st.selectbox(
        group.capitalize(),
        sorted(labels, key=str.lower),
        index=None,
        key=group,
        placeholder=f"Any {group}",
        label_visibility="collapsed",
        bind="query-params",
        width=_WIDTH,
    )
    return labels.get(cast("str", chosen), "")
