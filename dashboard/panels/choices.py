"""What was chosen automatically for a run on its machine, with the reason."""

from __future__ import annotations

import streamlit as st

from dashboard.table import Cell, table
from dashboard.text import one_line


def draw(choices: dict[str, str]) -> None:
    """A row a choice; nothing before the run has started."""
    if not choices:
        return
    with st.container(border=True):
        st.markdown("###### What was chosen, and why")
        table([], [_row(name, told) for name, told in choices.items()])


def _row(name: str, told: str) -> list[Cell]:
    value, _, reason = told.partition(": ")
    return [Cell(name.capitalize()), Cell(one_line(value), number=True), Cell(one_line(reason))]
