"""What can be done with the selected runs of the queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

import streamlit as st

from dashboard import commanding, services
from dashboard.organising import trying
from dashboard.text import count
from jobs.order import PRIORITIES
from jobs.permitted import Op
from jobs.services import queueing
from jobs.services.queueing import Line

Select = Callable[[Sequence[str]], None]


def draw(line: Line, chosen: Sequence[str], select: Select) -> None:
    """A bar over the table; without a selection, what can be done at all."""
    there = {each.id for each in line.waiting}
    ids = [each for each in chosen if each in there]
    if not ids:
        if line.waiting:
            _all(line)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="selection"):
        st.markdown(f"**{count(len(ids))} selected**")
        _order(line, ids)
        _commands(line, ids, select)
        if st.button("Clear", key="clear", type="tertiary"):
            select([])
            st.rerun()


def _all(line: Line) -> None:
    """Without a selection: how to move, and what can be done with everything at once."""
    with st.container(horizontal=True, vertical_alignment="center", key="all"):
        st.caption(
            "Drag a run to another place, use its arrows, or select several.", width="stretch"
        )
        paused = [each.id for each in line.waiting if each.status == "paused"]
        others = [each.id for each in line.waiting if each.status != "paused"]
        with st.popover("All", icon=":material/checklist:", key="all_of_them"):
            for label, ids, op in (
                ("Pause", others, "pause"),
                ("Resume", paused, "resume"),
                ("Cancel", [*others, *paused], "stop"),
            ):
                if ids and st.button(
                    f"{label} all {count(len(ids))}", key=f"all.{op}", width="stretch"
                ):
                    _ask(ids, cast("Op", op))


def change(does: Callable[[], None]) -> None:
    """Changes the order; a refusal is a toast."""
    if trying(does):
        st.rerun()


def _order(line: Line, ids: Sequence[str]) -> None:
    yard = services.yard()
    with st.popover("Priority", icon=":material/low_priority:", key="priority"):
        st.caption("The higher goes first. Runs of one priority keep their order.")
        for name, priority in PRIORITIES.items():
            if st.button(name.capitalize(), key=f"priority.{name}", width="stretch"):
                change(partial(queueing.prioritise, yard, ids, priority))
    if st.button("To the front", key="front", icon=":material/vertical_align_top:"):
        first = next((each.id for each in line.waiting if each.id not in ids), None)
        change(partial(queueing.move, yard, ids, first))


def _commands(line: Line, ids: Sequence[str], select: Select) -> None:
    paused = {each.id for each in line.waiting if each.status == "paused"}
    held = [each for each in ids if each in paused]
    others = [each for each in ids if each not in paused]
    if held and st.button("Resume", key="resume", icon=":material/play_arrow:"):
        _ask(held, "resume")
    if others and st.button("Pause", key="pause", icon=":material/pause:"):
        _ask(others, "pause")
    if st.button("Cancel", key="cancel", icon=":material/close:", help="Takes them off the queue"):
        select([])
        _ask(ids, "stop")


def _ask(ids: Sequence[str], op: Op) -> None:
    commanding.ask(ids, op)
    st.rerun()
