"""Queue: what waits, in which order, why, about when it starts; moved by hand, one or many."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import commanding, navigation, services
from dashboard.components.queue_table import Answer, queue_table
from dashboard.listing import aside, moving, waiting
from dashboard.text import count
from jobs import queueing
from jobs.queueing import Line

REFRESH_SECONDS = 5
PAGE_RUNS = 50
_SELECTED, _PAGE = "selected", "page"


def page() -> None:
    """`/queue?selected=<id,id>&page=<number>`: the table is read again when some run changed."""
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.markdown("# Queue", width="stretch")
        navigation.link("New run", "launch", icon=":material/add:")
    commanding.undo_bar()
    _live()


@st.fragment(run_every=REFRESH_SECONDS)
def _live() -> None:
    with services.sentences():
        line = queueing.look(services.yard())
        moving.draw(line, _selected(), _select)
        _waiting(line)
        waiting.draw_training(line)
        aside.draw()
    from dashboard.live.component import live_changes

    live_changes(key="changes")


def _waiting(line: Line) -> None:
    if not line.waiting:
        _nothing(line)
        return
    pages = -(-len(line.waiting) // PAGE_RUNS)
    number = min(_number(), pages)
    begin = (number - 1) * PAGE_RUNS
    shown = line.waiting[begin : begin + PAGE_RUNS]
    behind = line.waiting[begin + PAGE_RUNS : begin + PAGE_RUNS + 1]
    chosen = _selected()
    rows = [waiting.row(each, each.id in chosen) for each in shown]
    answer = queue_table(rows, behind[0].id if behind else "", key="queue")
    if pages > 1:
        _pages(number, pages, len(line.waiting))
    _follow(answer, [each.id for each in shown])


def _follow(answer: Answer, here: Sequence[str]) -> None:
    """Opens a run, moves one, or takes over the boxes; those of other pages stay as they are."""
    if answer.open:
        navigation.go("run", id=answer.open)
    wish = answer.move
    if wish and st.session_state.get("moved") != wish.get("nonce"):
        st.session_state["moved"] = wish.get("nonce")
        run_id, before = wish.get("run", ""), wish.get("before") or None
        moving.change(lambda: queueing.move(services.yard(), [run_id], before))
    boxes = answer.selected
    if boxes is not None and [*boxes, *here] != st.session_state.get("queue_boxes"):
        st.session_state["queue_boxes"] = [*boxes, *here]
        chosen = _selected()
        now = [each for each in chosen if each not in here or each in boxes]
        now += [each for each in boxes if each not in now and each in here]
        if now != chosen:
            _select(now)
            st.rerun()


def _pages(number: int, pages: int, total: int) -> None:
    first, last = (number - 1) * PAGE_RUNS + 1, min(total, number * PAGE_RUNS)
    with st.container(horizontal=True, vertical_alignment="center", key="pages"):
        st.caption(f"{count(first)} to {count(last)} of {count(total)} runs", width="stretch")
        for label, to, icon in (("Sooner", number - 1, "left"), ("Later", number + 1, "right")):
            icon = f":material/chevron_{icon}:"
            if st.button(label, key=label.lower(), icon=icon, disabled=not 0 < to <= pages):
                st.query_params[_PAGE] = str(to)
                st.rerun()


def _number() -> int:
    given = st.query_params.get(_PAGE, "1")
    return max(1, int(given)) if given.isascii() and given.isdecimal() and len(given) < 7 else 1


def _selected() -> list[str]:
    return [part for part in st.query_params.get(_SELECTED, "").split(",") if part]


def _select(ids: Sequence[str]) -> None:
    if ids:
        st.query_params[_SELECTED] = ",".join(ids)
    elif _SELECTED in st.query_params:
        del st.query_params[_SELECTED]
    st.session_state["queue_boxes"] = None


def _nothing(line: Line) -> None:
    with st.container(border=True, key="empty", horizontal_alignment="center"):
        st.markdown("#### Nothing waits")
        if line.training:
            st.caption("Every run has a device. What is launched while all are busy waits here.")
        else:
            st.caption("No run trains either: the next one that is launched starts at once.")
        navigation.link("Launch a run", "launch", icon=":material/play_arrow:")
