"""Queue: what waits, in which order, why, about when it starts; moved by hand, one or many."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import commanding, navigation, services
from dashboard.components.queue_table import Answer, queue_table
from dashboard.listing import aside, moving, waiting
from dashboard.listing.address import PAGE, PAGE_RUNS, page_number, picked, select, selected
from dashboard.text import count
from jobs.services import queueing
from jobs.services.queueing import Line

REFRESH_SECONDS = 5
_BOXES = "queue_boxes"


def page() -> None:
    """`/queue?selected=<id,id>&page=<number>`: the table is read again when some run changed."""
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.markdown("# Queue", width="stretch")
        navigation.link("New run", "launch", icon=":material/add:")
    commanding.undo_bar()
    _live()


@st.fragment(run_every=REFRESH_SECONDS)
def _live() -> None:
    linked: list[str] = []
    with services.sentences():
        line = queueing.look(services.yard())
        moving.draw(line, selected(), _select)
        linked = [*_waiting(line), *(each.id for each in line.training)]
        waiting.draw_training(line)
        aside.draw()
    from dashboard.live.component import live_changes

    live_changes(key="changes", runs=linked)


def _waiting(line: Line) -> list[str]:
    """The runs of the page of the table that is shown."""
    if not line.waiting:
        _nothing(line)
        return []
    pages = -(-len(line.waiting) // PAGE_RUNS)
    at = min(page_number(), pages)
    begin = (at - 1) * PAGE_RUNS
    shown = line.waiting[begin : begin + PAGE_RUNS]
    behind = line.waiting[begin + PAGE_RUNS : begin + PAGE_RUNS + 1]
    chosen = selected()
    rows = [waiting.row(each, each.id in chosen) for each in shown]
    answer = queue_table(rows, behind[0].id if behind else "", key="queue")
    if pages > 1:
        _pages(at, pages, len(line.waiting))
    here = [each.id for each in shown]
    _follow(answer, here)
    return here


def _follow(answer: Answer, here: Sequence[str]) -> None:
    """Opens a run, moves one, or takes over the boxes; those of other pages stay as they are."""
    if answer.open:
        navigation.go("run", id=answer.open)
    wish = answer.move
    if wish and st.session_state.get("moved") != wish.get("nonce"):
        st.session_state["moved"] = wish.get("nonce")
        run_id, before = wish.get("run", ""), wish.get("before") or None
        moving.change(lambda: queueing.move(services.yard(), [run_id], before))
    if (now := picked(answer.selected, here, _BOXES)) is not None:
        _select(now)
        st.rerun()


def _pages(number: int, pages: int, total: int) -> None:
    first, last = (number - 1) * PAGE_RUNS + 1, min(total, number * PAGE_RUNS)
    with st.container(horizontal=True, vertical_alignment="center", key="pages"):
        st.caption(f"{count(first)} to {count(last)} of {count(total)} runs", width="stretch")
        for label, to, icon in (("Sooner", number - 1, "left"), ("Later", number + 1, "right")):
            icon = f":material/chevron_{icon}:"
            if st.button(label, key=label.lower(), icon=icon, disabled=not 0 < to <= pages):
                st.query_params[PAGE] = str(to)
                st.rerun()


def _select(ids: Sequence[str]) -> None:
    select(ids)
    st.session_state[_BOXES] = None


def _nothing(line: Line) -> None:
    with st.container(border=True, key="empty", horizontal_alignment="center"):
        st.markdown("#### Nothing waits")
        if line.training:
            st.caption("Every run has a device. What is launched while all are busy waits here.")
        else:
            st.caption("No run trains either: the next one that is launched starts at once.")
        navigation.link("Launch a run", "launch", icon=":material/play_arrow:")
