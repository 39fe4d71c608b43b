"""What the Queue page shows of entries that no worker could read, and the way to be rid of them."""

from __future__ import annotations

import streamlit as st
from redis import RedisError

from dashboard import services
from dashboard.table import Cell, table
from dashboard.text import NOTHING, count, moment, one_line
from jobs import quarantine
from jobs.connect import RedisUnavailable

_SHOWN = 20


def draw() -> None:
    """Nothing where nothing was set aside, or while Redis is away."""
    try:
        found = quarantine.look(services.yard().redis)
    except (RedisError, RedisUnavailable):
        return
    if not found:
        return
    st.space("small")
    st.markdown("#### Set aside")
    with st.container(horizontal=True, vertical_alignment="center", key="aside"):
        st.caption(
            "No worker could read these entries of the queue. No run is lost by that: one whose "
            "entry was damaged is queued again by itself.",
            width="stretch",
        )
        with st.popover("Discard", icon=":material/delete:", key="discard"):
            _discard([each.id for each in found])
    zone = st.context.timezone
    rows: list[list[Cell | str]] = [
        [
            NOTHING if each.time is None else moment(each.time, zone),
            one_line(each.entry) or "(empty)",
            one_line(each.worker or NOTHING),
            one_line(each.why),
        ]
        for each in found[:_SHOWN]
    ]
    table(["When", "Entry", "Worker", "Why"], rows)
    if len(found) > _SHOWN:
        st.caption(f"And {count(len(found) - _SHOWN)} earlier ones.")


def _discard(ids: list[str]) -> None:
    one = len(ids) == 1
    st.markdown(f"Delete {'this entry' if one else 'these entries'} for good? No run is touched.")
    label = "Discard it" if one else f"Discard all {count(len(ids))}"
    if st.button(label, key="discard_really", type="primary", width="stretch"):
        with services.sentences():
            quarantine.discard(services.yard().redis, set(ids))
            st.rerun()
