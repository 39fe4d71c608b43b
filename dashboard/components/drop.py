"""Where a file is dropped: it streams to the server's disk while a bar shows how far it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_HERE = Path(__file__).parent


def drop(key: str, accepts: str, hint: str) -> str | None:
    """Draws the box; the id of the upload for the one rerun after it has arrived.

    `accepts` is for the browser's file dialog, `hint` says what may be dropped.
    """
    result = _component()(
        key=key, data={"accepts": accepts, "hint": hint}, on_arrived_change=_noted
    )
    arrived = result.get("arrived")
    return str(arrived) if arrived else None


def _noted() -> None:
    """Streamlit hands out only values somebody listens to; the page reads them afterwards."""


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "trainyard.drop",
        html='<div class="yard-drop"></div>',
        css=(_HERE / "drop.css").read_text(),
        js=(_HERE / "drop.js").read_text(),
        isolate_styles=False,
    )
