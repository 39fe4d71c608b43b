"""Tables that a task brings along: classes, recommendations, neighbours, translations."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.table import Cell, Content, table
from dashboard.text import metric, one_line, plain
from engine.events import Table

_LONG_ROWS = 12
"""rows above which a table scrolls inside itself"""
_SHORT_COLUMNS = 3
"""tables of at most so many columns stand two in a row"""


def draw(found: Sequence[Table]) -> None:
    """Narrow tables side by side, wide ones below each other, in their order."""
    columns: list[st.delta_generator.DeltaGenerator] = []
    for each in found:
        if len(each.columns) > _SHORT_COLUMNS or len(found) == 1:
            columns = []
            _table(each)
            continue
        if not columns:
            columns = list(st.columns(2, gap="large"))
        with columns.pop(0):
            _table(each)


def _table(each: Table) -> None:
    st.html(f"<h5>{escape(one_line(each.name))}</h5>")
    if each.rows:
        table(each.columns, rows(each), scrolls=len(each.rows) > _LONG_ROWS)
    if each.note or not each.rows:
        st.caption(plain(each.note or "Nothing to show."))


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
