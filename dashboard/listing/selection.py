"""What can be done with the selected runs, or with one from its row; deleting can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from dashboard import commanding, navigation, services
from dashboard.commanding import LABELS, possible
from dashboard.organising import delete, trying, undo_bar
from dashboard.text import count, plain
from jobs.history.finding import Shelf
from jobs.permitted import is_op
from jobs.run import Run
from jobs.services import organise

Select = Callable[[Sequence[str]], None]


def draw(ids: Sequence[str], shelf: Shelf, select: Select) -> None:
    """A bar over the table; without a selection, what selecting is for."""
    undo_bar()
    commanding.undo_bar()
    chosen = organise.several(services.yard(), ids)
    if not chosen:
        st.caption("Select runs to compare, pause, stop, tag, archive or delete them.")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="selection"):
        st.markdown(f"**{len(chosen)} selected**")
        if st.button("Compare", key="compare", type="primary", icon=":material/show_chart:"):
            navigation.go("compare", runs=",".join(run.id for run in chosen))
        if (
            len(chosen) == 1
            and chosen[0].script is None
            and st.button("Launch again with changes", key="again", icon=":material/replay:")
        ):
            navigation.go("launch", **{"from": chosen[0].id})
        _control(chosen)
        _organise(chosen, shelf, select)
        if st.button("Clear", key="clear", type="tertiary"):
            _clear(select)


def act(wish: dict[str, str]) -> None:
    """What was chosen in the menu of a row, once."""
    if st.session_state.get("acted") == wish.get("nonce"):
        return
    st.session_state["acted"] = wish.get("nonce")
    run_id, action = wish.get("run", ""), wish.get("action", "")
    yard = services.yard()
    if action == "again":
        navigation.go("launch", **{"from": run_id})
    actions: dict[str, Callable[[], None]] = {
        "pin": lambda: organise.pin(yard, [run_id]),
        "unpin": lambda: organise.pin(yard, [run_id], on=False),
        "archive": lambda: organise.archive(yard, [run_id]),
        "unarchive": lambda: organise.archive(yard, [run_id], on=False),
        "restore": lambda: organise.restore(yard, [run_id]),
        "delete": lambda: delete([run_id]),
    }
    if is_op(action):
        commanding.ask([run_id], action)
        st.rerun()
    if action in actions and trying(actions[action]):
        st.rerun()


def _organise(chosen: Sequence[Run], shelf: Shelf, select: Select) -> None:
    ids, yard = [run.id for run in chosen], services.yard()
    if shelf == "deleted":
        if st.button("Restore", key="restore", icon=":material/undo:"):
            _done(lambda: organise.restore(yard, ids), select)
        with st.popover("Remove now", icon=":material/delete_forever:", key="purge"):
            st.markdown("Remove for good, with checkpoints and curves? Nobody can undo this.")
            if st.button("Remove for good", key="purge_really", type="primary"):
                _done(lambda: organise.delete(yard, ids, now=True), select)
        return
    with st.popover("Tag", icon=":material/sell:", key="tags"):
        _tags(chosen)
    pinned = all(run.pinned for run in chosen)
    if st.button("Unpin" if pinned else "Pin", key="pin", icon=":material/keep:"):
        _done(lambda: organise.pin(yard, ids, on=not pinned))
    away = all(run.archived for run in chosen)
    if st.button("Unarchive" if away else "Archive", key="archive", icon=":material/archive:"):
        _done(lambda: organise.archive(yard, ids, on=not away), select)
    if st.button("Delete", key="delete", icon=":material/delete:"):
        _done(lambda: delete(ids), select)


def _tags(chosen: Sequence[Run]) -> None:
    """Adds a tag to all, or takes one from all."""
    ids, yard = [run.id for run in chosen], services.yard()
    with st.form("tagging", clear_on_submit=True, border=False):
        new = st.text_input("New tag", placeholder="any text", key="new_tag")
        if st.form_submit_button("Add to all"):
            _done(lambda: organise.tag(yard, ids, [new]))
    known = sorted({tag for run in chosen for tag in run.tags})
    for index, tag in enumerate(known):
        number = sum(tag in run.tags for run in chosen)
        label = f"Remove {plain(tag)} ({number})"
        if st.button(label, key=f"untag.{index}", type="tertiary", icon=":material/close:"):
            _done(partial(organise.tag, yard, ids, remove=[tag]))


def _done(change: Callable[[], None], select: Select | None = None) -> None:
    """Changes, and clears the selection where the runs leave this list."""
    if trying(change):
        if select is not None:
            _clear(select)
        st.rerun()


def _clear(select: Select) -> None:
    select([])
    st.session_state["boxes"] = None
    st.rerun()


def _control(chosen: Sequence[Run]) -> None:
    """What the runs can be asked for, each with how many of them can."""
    able = {op: [run.id for run in chosen if possible(run, op)] for op in LABELS}
    if not any(able.values()):
        return
    with st.popover("Control", icon=":material/tune:", key="control"):
        for op, (label, icon) in LABELS.items():
            ids = able[op]
            number = f" ({count(len(ids))})" if len(chosen) > 1 else ""
            if ids and st.button(
                f"{label}{number}", key=op, icon=f":material/{icon}:", width="stretch"
            ):
                commanding.ask(ids, op)
                st.rerun()
