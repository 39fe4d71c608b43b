"""A table to compare by: columns sort, the best is marked, all of it can be copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Column:
    """A title, what it means, and how its cells stand."""

    title: str
    help: str = ""
    number: bool = False
    falls: bool = False
    """whether less is better: then the first click sorts upwards"""
    colour: str = ""
    """of a run's curves, where the column is a run"""
    dash: str = ""


@dataclass(frozen=True)
class Cell:
    """One value, ready to be shown."""

    text: str
    sort: float | str | None = None
    """what it is sorted by; None stays at the end"""
    number: bool = False
    best: bool = False
    mark: bool = False
    note: str = ""
    """a small second line"""
    help: str = ""
    link: str = ""
    colour: str = ""
    dash: str = ""


def sheet(
    label: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, key: str, sorts: bool
) -> None:
    """Draws it; the first column stays in sight. Every row has a cell for each column."""
    _component()(
        key=key,
        data={
            "label": label,
            "columns": [asdict(column) for column in columns],
            "rows": [[asdict(cell) for cell in row] for row in rows],
            "sorts": sorts,
        },
    )


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "trainyard.sheet",
        html='<div class="yard-sheet"></div>',
        css=(_HERE / "sheet.css").read_text(),
        js=(_HERE / "sheet.js").read_text(),
        isolate_styles=False,
    )
