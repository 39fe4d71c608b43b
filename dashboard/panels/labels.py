"""Name, tags and notes of a run in the header of its page, and where it is put."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from dashboard import navigation, services
from dashboard.organising import delete, trying, undo_bar
from dashboard.text import moment, one_line
from jobs import organise
from jobs.organise import MOST_NAME, MOST_NOTES
from jobs.run import Run


def draw(run: Run) -> None:
    """The tags and notes there are; nothing where there are none."""
    undo_bar()
    if run.removal is not None:
        when = moment(run.removal, st.context.timezone)
        st.caption(f":orange[:material/delete: Deleted; removed for good at {when}.]")
    parts = [f'<span class="yard-chip">{escape(one_line(tag))}</span>' for tag in run.tags]
    if run.pinned:
        parts.insert(0, '<span class="yard-chip yard-place">Pinned</span>')
    if run.archived:
        parts.insert(0, '<span class="yard-chip yard-place">Archived</span>')
    if parts:
        st.html(f'<div class="yard-chips">{"".join(parts)}</div>')
    if run.notes:
        # Not Markdown: notes are text, with the line breaks they were written with.
        st.html(f'<p class="yard-written">{escape(run.notes)}</p>')


def menu(run: Run) -> None:
    """A button with everything that can be changed of the run afterwards."""
    with st.popover("Edit", icon=":material/edit:", key="edit"):
        if run.removal is not None:
            if st.button("Restore", key="restore", icon=":material/undo:"):
                _change(lambda: organise.restore(services.yard(), [run.id]))
            return
        _form(run)
        with st.container(horizontal=True, key="places"):
            _places(run)


def _form(run: Run) -> None:
    # The keys carry what is kept: another's change must not be hidden by an old draft.
    with st.form(f"labels.{hash((run.name, run.tags, run.notes))}", border=False):
        name = st.text_input("Name", run.name, max_chars=MOST_NAME)
        tags = st.multiselect("Tags", list(run.tags), list(run.tags), accept_new_options=True)
        notes = st.text_area("Notes", run.notes, max_chars=MOST_NOTES, height=140)
        if st.form_submit_button("Save", type="primary"):
            _change(lambda: _save(run, name, tags, notes))


def _save(run: Run, name: str, tags: list[str], notes: str) -> None:
    """Only what was changed here: what others changed meanwhile stays."""
    yard = services.yard()
    if name != run.name:
        organise.rename(yard, run.id, name)
    if notes != run.notes:
        organise.note(yard, run.id, notes)
    added = [tag for tag in tags if tag not in run.tags]
    removed = [tag for tag in run.tags if tag not in tags]
    if added or removed:
        organise.tag(yard, [run.id], added, removed)


def _places(run: Run) -> None:
    yard = services.yard()
    if st.button("Unpin" if run.pinned else "Pin", key="pin", icon=":material/keep:"):
        _change(lambda: organise.pin(yard, [run.id], on=not run.pinned))
    label = "Unarchive" if run.archived else "Archive"
    if st.button(label, key="archive", icon=":material/archive:"):
        _change(lambda: organise.archive(yard, [run.id], on=not run.archived))
    if st.button(
        "Delete",
        key="delete",
        icon=":material/delete:",
        disabled=not run.over,
        help=None if run.over else "Stop the run first.",
    ) and trying(lambda: delete([run.id])):
        navigation.go("runs")


def _change(change: Callable[[], None]) -> None:
    if trying(change):
        st.rerun()
