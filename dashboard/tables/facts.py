"""What the reader found in a table, as people read it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.table import Cell, Content, table
from dashboard.text import NOTHING, count, one_line, plain
from engine.data.tables import TableFacts
from jobs.data_sets.words import FORMATS, spoken

_MOST_COLUMNS = 200
_MOST_SHOWN = 40
"""columns of the first rows"""
_CELL = 60


def summary(found: TableFacts) -> str:
    """`1,200 rows, 7 columns · text table: utf-8, comma, ...`, as Markdown."""
    said = f"**{count(found.rows)} rows, {count(len(found.columns))} columns**"
    how = FORMATS[found.format]
    if found.dialect is not None:
        how = f"{how}: {spoken(found.dialect)}"
    return f"{said} · {plain(how)}"


def columns(found: TableFacts) -> None:
    """One line a column: its type and why, what is missing, some cells."""
    st.markdown("#### Columns")
    rows = [_column(found, index) for index in range(min(len(found.columns), _MOST_COLUMNS))]
    table(["Column", "Type", "Missing", "Different", "Examples"], rows, scrolls=len(rows) > 12)
    if len(found.columns) > _MOST_COLUMNS:
        st.caption(f"The first {_MOST_COLUMNS} of {count(len(found.columns))} columns.")


def _column(found: TableFacts, index: int) -> Sequence[Content]:
    column = found.columns[index]
    different = "> 100,000" if column.distinct is None else count(column.distinct)
    share = f"{100 * column.missing / found.rows:.1f} %" if column.missing else NOTHING
    return [
        Cell(short(column.name), note=column.note),
        column.kind,
        Cell(share, number=True),
        Cell(different, number=True),
        short(", ".join(column.examples)),
    ]


def rows(found: TableFacts, cells: Sequence[Sequence[str | None]]) -> None:
    """The first rows, as they were read."""
    if not cells:
        st.caption("The table has no rows.")
        return
    names = [short(column.name) for column in found.columns[:_MOST_SHOWN]]
    numbers = [column.kind in ("integer", "number") for column in found.columns]
    lines = [
        [
            Cell(NOTHING if cell is None else short(cell), number=number)
            for cell, number in zip(row[:_MOST_SHOWN], numbers, strict=False)
        ]
        for row in cells
    ]
    table(names, lines, scrolls=True)


def short(text: str) -> str:
    """One line, not too long."""
    line = one_line(text)
    return line if len(line) <= _CELL else f"{line[: _CELL - 1]}…"
