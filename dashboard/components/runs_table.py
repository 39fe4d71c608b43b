"""The table of runs in the browser: rows in, selection and the run to open out."""

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
    """One run, every text ready to be shown."""

    id: str
    name: str
    what: str
    """model and data"""
    status: str
    progress: float | None
    """share of the steps, 0 to 1"""
    steps: str
    alerts: str
    """how many, e.g. `2 alerts`; empty for none"""
    alert_level: str
    spark: list[float]
    best: str
    best_name: str
    duration: str
    created: str
    created_exactly: str
    href: str
    selected: bool
    tags: list[str]
    notes: str
    """on one line"""
    pinned: bool
    archived: bool
    removal: str
    """of a deleted run: when it is removed for good"""
    over: bool
    """only these can be deleted"""
    asks: list[list[str]]
    """commands it can be given now, each with what its button says"""
    again: bool
    """whether it can be launched again: a person's own script cannot"""


@dataclass(frozen=True)
class Answer:
    """What the person did: `open` is a run id for one rerun, `selected` stays."""

    open: str | None
    selected: list[str] | None
    """None until a box was clicked"""
    act: dict[str, str] | None = None
    """`{run, action, nonce}` of a row's menu, for one rerun"""


def runs_table(rows: Sequence[Row], key: str) -> Answer:
    """Draws the rows in the given order."""
    result = _component()(
        key=key,
        data={"runs": [asdict(row) for row in rows]},
        on_open_change=_noted,
        on_selected_change=_noted,
        on_act_change=_noted,
    )
    return Answer(result.get("open"), result.get("selected"), result.get("act"))


def _noted() -> None:
    """Streamlit hands out only values somebody listens to; the page reads them afterwards."""


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "trainyard.runs_table",
        html='<div class="yard-runs" role="table" aria-label="Runs"></div>',
        css=(_HERE / "runs_table.css").read_text(),
        js=table_script("runs_table.js"),
        isolate_styles=False,
    )
