"""The queue in the browser: rows in; selection, the run to open and what is moved where out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from dashboard.components.scripts import table_script

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One run that waits, every text ready to be shown."""

    id: str
    number: str
    """its place; empty while it is paused"""
    name: str
    what: str
    priority: str
    """empty where it is the usual one"""
    status: str
    why: str
    starts: str
    starts_exactly: str
    href: str
    selected: bool


@dataclass(frozen=True)
class Answer:
    """What the person did: `open` and `move` for one rerun, `selected` stays."""

    open: str | None
    selected: list[str] | None
    """None until a box was clicked"""
    move: dict[str, str] | None = None
    """`{run, before, nonce}`: put the run right before another one; empty: behind the last row"""


def queue_table(rows: Sequence[Row], after: str, key: str) -> Answer:
    """Draws the rows in the given order. `after`: the run behind the last row, if there is one."""
    result = _component()(
        key=key,
        data={"runs": [asdict(row) for row in rows], "after": after},
        on_open_change=_noted,
        on_selected_change=_noted,
        on_move_change=_noted,
    )
    return Answer(result.get("open"), result.get("selected"), result.get("move"))


def _noted() -> None:
    """Streamlit hands out only values somebody listens to; the page reads them afterwards."""


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "trainyard.queue_table",
        html='<div class="yard-queue" role="table" aria-label="Queue"></div>',
        css=(_HERE / "queue_table.css").read_text(),
        js=table_script("queue_table.js"),
        isolate_styles=False,
    )
