"""Popovers whose contents are made when they are first opened.

A form in a closed one took as long to make as the rest of the run page, before every curve.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def popover(label: str, *, icon: str, key: str, of: str = "") -> Iterator[bool]:
    """Says whether to make the contents. They stay from then on: what was typed is not lost.

    `of`: whose contents they are; those of another one are made when it is opened.
    """
    box = st.popover(label, icon=icon, key=key, on_change="rerun")
    opened = opened_key(key, of)
    if box.open:
        st.session_state[opened] = True
    with box:
        yield bool(st.session_state.get(opened))


def opened_key(key: str, of: str = "") -> str:
    """Where the session keeps that the popover was opened."""
    return f"{key}.opened.{of}"
