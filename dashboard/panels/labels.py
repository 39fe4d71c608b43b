"""Name, tags and notes of a run in the header of its page, and where it is put."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import NamedTuple

import streamlit as st

from dashboard import navigation, services
from dashboard.organising import delete, trying, undo_bar
from dashboard.text import moment, one_line
from jobs.run import Run
from jobs.services import organise
from jobs.services.organise import MOST_NAME, MOST_NOTES


class _Labels(NamedTuple):
    """What people may change of a run's looks."""

    name: str
    tags: tuple[str, ...]
    notes: str


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


def edit(run: Run) -> None:
    """Everything that can be changed of the run afterwards."""
    if run.removal is not None:
        if st.button("Restore", key="restore", icon=":material/undo:"):
            _change(lambda: organise.restore(services.yard(), [run.id]))
        return
    _form(run)
    with st.container(horizontal=True, key="places"):
        _places(run)


def _form(run: Run) -> None:
    """What is typed is compared with what stood there when the form was first drawn: so another
    person's change neither takes the text away nor is undone by saving.
    """
    known: _Labels = st.session_state.setdefault(
        f"labels.{run.id}", _Labels(run.name, run.tags, run.notes)
    )
    with st.form(f"edit.{run.id}", border=False):
        name = st.text_input("Name", known.name, max_chars=MOST_NAME, key=f"name.{run.id}")
        tags = st.multiselect(
            "Tags",
            list(known.tags),
            list(known.tags),
            accept_new_options=True,
            key=f"tags.{run.id}",
        )
        notes = st.text_area(
            "Notes", known.notes, max_chars=MOST_NOTES, height=140, key=f"notes.{run.id}"
        )
        if st.form_submit_button("Save", type="primary"):
            wanted = _Labels(name, tuple(tags), notes)
            if trying(lambda: _save(run.id, known, wanted)):
                _forget(run.id)
                st.rerun()


def _save(run_id: str, known: _Labels, wanted: _Labels) -> None:
    """Only what was changed here."""
    yard = services.yard()
    if wanted.name != known.name:
        organise.rename(yard, run_id, wanted.name)
    if wanted.notes != known.notes:
        organise.note(yard, run_id, wanted.notes)
    added = [tag for tag in wanted.tags if tag not in known.tags]
    removed = [tag for tag in known.tags if tag not in wanted.tags]
    if added or removed:
        organise.tag(yard, [run_id], added, removed)


def _forget(run_id: str) -> None:
    """The form begins anew with what is kept now."""
    for name in ("labels", "name", "tags", "notes"):
        st.session_state.pop(f"{name}.{run_id}", None)


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
