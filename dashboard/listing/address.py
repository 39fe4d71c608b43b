"""What the address of a list says: the page it is at, and the runs that are selected."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

PAGE_RUNS = 50
PAGE, SELECTED = "page", "selected"


def page_number() -> int:
    """The page, from 1."""
    given = st.query_params.get(PAGE, "1")
    return max(1, int(given)) if given.isascii() and given.isdecimal() and len(given) < 7 else 1


def selected() -> list[str]:
    """Ids, as somebody wrote them."""
    return [part for part in st.query_params.get(SELECTED, "").split(",") if part]


def select(ids: Sequence[str]) -> None:
    """Writes the selection into the address."""
    if ids:
        st.query_params[SELECTED] = ",".join(ids)
    elif SELECTED in st.query_params:
        del st.query_params[SELECTED]


def picked(boxes: Sequence[str] | None, here: Sequence[str], key: str) -> list[str] | None:
    """The selection after a click on a box of this page; None when there was none, or it changes
    nothing. Those of other pages stay as they are. `key`: where the session keeps the last click.
    """
    if boxes is None or [*boxes, *here] == st.session_state.get(key):
        return None
    st.session_state[key] = [*boxes, *here]
    before = selected()
    now = [each for each in before if each not in here or each in boxes]
    now += [each for each in boxes if each not in now and each in here]
    return now if now != before else None
