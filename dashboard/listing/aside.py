"""What the Queue page shows of entries that no worker could read, and how to be rid of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from redis import RedisError

from dashboard import services
from dashboard.text import count, moment, one_line, plain
from jobs import quarantine
from jobs.quarantine import Aside
from jobs.wire.connect import RedisUnavailable

_SHOWN = 20
_UNDO = "undo_discard"


def draw() -> None:
    """Nothing where nothing was set aside, or while Redis is away."""
    try:
        found = quarantine.look(services.yard().redis)
    except (RedisError, RedisUnavailable):
        return
    if not found and not st.session_state.get(_UNDO):
        return
    st.space("small")
    st.markdown("#### Set aside")
    _undo_bar()
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="aside"):
        st.caption(
            "No worker could read these entries of the queue. No run is lost by that: one whose "
            "entry was damaged is queued again by itself.",
            width="stretch",
        )
        if len(found) > 1:
            _offer_all(found)
    for place, each in enumerate(found[:_SHOWN]):
        _draw_entry(each, place)
    if len(found) > _SHOWN:
        st.caption(f"And {count(len(found) - _SHOWN)} earlier ones.")


def _draw_entry(aside: Aside, place: int) -> None:
    """What stood there and why no worker could read it; when and by whom it was met."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"entry-{place}"
    ):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{plain(one_line(aside.entry)) or '(empty)'}**")
            st.caption(plain(" · ".join(_facts(aside))))
        # Two entries of an earlier Trainyard may be the same: the place tells them apart.
        if st.button(
            "Discard",
            key=f"discard.{place}.{aside.id}",
            icon=":material/delete:",
            type="tertiary",
            help="Deletes this entry; no run is touched",
        ):
            _discard([aside.id])


def _facts(aside: Aside) -> list[str]:
    facts = [one_line(aside.why)]
    if aside.worker:
        facts.append(f"worker {one_line(aside.worker)}")
    if aside.time is not None:
        facts.append(moment(aside.time, st.context.timezone))
    return facts


def _offer_all(found: Sequence[Aside]) -> None:
    with st.popover("Discard all", icon=":material/delete:", key="discard"):
        st.markdown(f"Delete all {count(len(found))} entries? No run is touched.")
        if st.button("Discard them", key="discard_really", type="primary", width="stretch"):
            _discard([each.id for each in found])


def _discard(ids: Sequence[str]) -> None:
    with services.sentences():
        st.session_state[_UNDO] = quarantine.discard(services.yard().redis, set(ids))
        st.rerun()


def _undo_bar() -> None:
    """One line after a discard: how many went, and a button that has them back."""
    gone: Sequence[bytes] = st.session_state.get(_UNDO) or ()
    if not gone:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo-aside"):
        what = "1 entry" if len(gone) == 1 else f"{count(len(gone))} entries"
        st.markdown(f":material/delete: {what} discarded.", width="stretch")
        if st.button("Undo", key="undo_aside", icon=":material/undo:"):
            with services.sentences():
                quarantine.put_back(services.yard().redis, gone)
                del st.session_state[_UNDO]
                st.rerun()
        if st.button("Dismiss", key="undo_aside_dismiss", type="tertiary"):
            del st.session_state[_UNDO]
            st.rerun()
