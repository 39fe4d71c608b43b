"""Tables that a task brings along: classes, recommendations, neighbours, translations."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.table import Cell, Content, html
from dashboard.text import finished, metric, one_line, plain
from engine.events import Table

_LONG_ROWS = 12
"""rows above which a table scrolls inside itself"""
_SHORT_COLUMNS = 3
"""tables of at most so many columns stand beside each other"""
_WIDE_COLUMNS = 6
"""a table of more columns wants the whole width"""


def narrow(found: Sequence[Table]) -> list[Table]:
    """Those that fit beside the numbers."""
    return [each for each in found if len(each.columns) <= _WIDE_COLUMNS]


def draw(found: Sequence[Table], in_a_row: int = 2) -> None:
    """Short tables side by side, others below each other, in their order."""
    free: list[DeltaGenerator] = []
    for each in found:
        if len(each.columns) > _SHORT_COLUMNS or len(found) == 1:
            free = []
            _table(each)
            continue
        free = free or list(st.columns(in_a_row, gap="large"))
        with free.pop(0):
            _table(each)


def _table(each: Table) -> None:
    """Title and table in one piece, so that they stand close."""
    head = [_capital(one_line(name)) for name in each.columns]
    body = html(head, rows(each), scrolls=len(each.rows) > _LONG_ROWS) if each.rows else ""
    st.html(f"<h5>{escape(one_line(each.name))}</h5>{body}")
    if each.note or not each.rows:
        st.caption(plain(finished(one_line(each.note or "nothing to show"))))


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def rows(each: Table) -> list[list[Content]]:
    """Cells as people read them: a column of whole numbers has no digits behind the point."""
    whole = [
        _whole([row[i] for row in each.rows if i < len(row)]) for i in range(len(each.columns))
    ]
    return [
        [_cell(value, whole[index]) for index, value in enumerate(row[: len(whole)])]
        + [Cell("")] * (len(whole) - len(row))
        for row in each.rows
    ]


def _whole(column: Sequence[str | float]) -> bool:
    return all(isinstance(each, str) or float(each).is_integer() for each in column)


def _cell(value: str | float, whole: bool) -> Content:
    if isinstance(value, str):
        return one_line(value)
    return Cell(f"{value:,.0f}" if whole else metric(value), number=True)
