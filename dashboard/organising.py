"""Changes to runs from a page: a refusal is a sentence, a deletion can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import services
from dashboard.text import plain
from jobs.services import organise
from jobs.services.organise import UNDO_SECONDS, LabelError
from jobs.services.runs import NotPossible, UnknownRun

_UNDO = "undo"
_DAYS = round(UNDO_SECONDS / 86_400)


def trying(change: Callable[[], None]) -> bool:
    """Whether the change was made; otherwise a toast says why not."""
    try:
        change()
    except (LabelError, NotPossible, UnknownRun) as refusal:
        st.toast(plain(str(refusal)), icon=":material/error:")
        return False
    return True


def delete(run_ids: Sequence[str]) -> None:
    """Deletes and remembers what, for the undo bar of the next page. Raises as the service does."""
    organise.delete(services.yard(), run_ids)
    st.session_state[_UNDO] = list(run_ids)


def undo_bar() -> None:
    """One line after a deletion: what was deleted, and a button that has it back."""
    run_ids = st.session_state.get(_UNDO)
    if not run_ids:
        return
    what = "1 run" if len(run_ids) == 1 else f"{len(run_ids)} runs"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo"):
        st.markdown(
            f":material/delete: {what} deleted. For {_DAYS} days under Deleted, then removed for "
            "good with checkpoints and curves.",
            width="stretch",
        )
        if st.button("Undo", key="undo_really", icon=":material/undo:"):
            del st.session_state[_UNDO]
            trying(lambda: organise.restore(services.yard(), run_ids))
            st.rerun()
        if st.button("Dismiss", key="undo_dismiss", type="tertiary"):
            del st.session_state[_UNDO]
            st.rerun()
