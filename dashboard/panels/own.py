"""The settings of a person's own script, as its author named them."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from dashboard.panels.configuration import flat, shown
from dashboard.table import Cell, table
from dashboard.text import one_line
from jobs.history import Record
from jobs.own.spec import Script


def draw(script: Script, begins: Sequence[Record]) -> None:
    """Settings beside the versions it ran with; the settings as a file."""
    left, right = st.columns([1.6, 1], gap="medium")
    with left, st.container(border=True):
        st.markdown("###### Settings")
        rows = [
            [Cell(one_line(name)), Cell(shown(value), number=True)]
            for name, value in flat(script.config)
        ]
        if rows:
            table([], rows)
        else:
            st.caption("The script named none: `trainyard.init(config={...})`.")
    with right, st.container(border=True):
        st.markdown("###### Ran with")
        versions = begins[-1].body.get("versions", {}) if begins else {}
        told = {"script": script.script, **versions}
        table(
            [],
            [[Cell(name), Cell(one_line(str(value)), number=True)] for name, value in told.items()],
        )
    if script.config:
        st.download_button(
            "Settings as JSON",
            json.dumps(script.config, indent=2, ensure_ascii=False),
            file_name="settings.json",
            mime="application/json",
            key="json",
            icon=":material/download:",
            on_click="ignore",
        )
