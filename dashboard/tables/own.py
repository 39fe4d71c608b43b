"""The list of people's own data: one line a version, the newest first."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from dashboard.table import Cell, table
from dashboard.text import ago, count, one_line, size
from jobs.data_sets import DataSet
from jobs.data_sets.words import held

_SHOWN = 200


def draw(sets: Sequence[DataSet]) -> None:
    """Says what to do where there is none."""
    st.markdown("#### Your data")
    if not sets:
        st.caption(
            "None yet. Drop a file above: you see what Trainyard takes it for before it is kept, "
            "and train on it from the Launch page."
        )
        return
    now = time.time()
    table(
        ["Name", "Version", "Rows", "Columns", "File", "Size", "Added"],
        [_row(each, now) for each in sets[:_SHOWN]],
    )
    if len(sets) > _SHOWN:
        st.caption(f"The newest {_SHOWN} of {count(len(sets))}. All: ./trainyard data list")


def _row(each: DataSet, now: float) -> list[Cell | str]:
    rows, columns = held(each.format, each.rows, each.columns)
    return [
        Cell(one_line(each.name), link=f"data?id={each.id}", strong=True),
        Cell(str(each.version), number=True),
        Cell(rows, number=True),
        Cell(columns, number=True),
        one_line(each.file_name),
        Cell(size(each.bytes), number=True),
        ago(each.created, now),
    ]
