"""Files to take away from a run: points, settings, the log. Made when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from dashboard import exports
from dashboard.text import moment, one_line
from jobs.history import History, Record
from jobs.run import Run

_POINTS = (
    "Every point as it was recorded. **Long**: a row for each point, with fold, attempt and time. "
    "**Wide**: a row for each step, a column for each metric, without hardware."
)
_TENSORBOARD = (
    "All curves, settings and hyperparameters. Unpack it and run `tensorboard --logdir` on the "
    "folder. With `TRAINYARD_TENSORBOARD=1` every run's folder has these files while it trains."
)
_SUMMARY = "What the run is and what came of it: settings, attempts, evaluations."
_LOG = "What the run said: log lines, alerts, starts and ends, times in your zone."


def draw(run: Run, history: History, zone: str | None) -> None:
    """A row for each thing there is, with a button for each way to have it."""
    with _row("Points", _POINTS):
        for form, name in (("csv", "CSV"), ("parquet", "Parquet")):
            for shape in ("long", "wide"):
                _link(f"{name}, {shape}", {"run": run.id, "as": form, "shape": shape})
    with _row("TensorBoard", _TENSORBOARD):
        _link("Event files", {"run": run.id, "as": "tensorboard"})
    with _row("Settings and results", _SUMMARY):
        _link("JSON", {"run": run.id, "as": "json"})
    with _row("Log", _LOG):
        st.download_button(
            "Text",
            partial(log_text, history, run.id, zone),
            file_name=f"{run.id}-log.txt",
            mime="text/plain",
            icon=":material/download:",
            on_click="ignore",
            key="log",
        )


def _row(title: str, text: str) -> st.delta_generator.DeltaGenerator:
    """Opens a container for the buttons, under a title and a sentence."""
    with st.container(gap="xxsmall"):
        st.markdown(f"###### {title}")
        st.caption(text)
    return st.container(horizontal=True)


def _link(label: str, query: Mapping[str, str]) -> None:
    # Not a download button: that would hold the whole file in the server's memory.
    address = f"{exports.PATH[1:]}?{urlencode(query)}"
    st.link_button(label, address, icon=":material/download:")


def log_text(history: History, run_id: str, zone: str | None) -> str:
    """One line an event, times in the viewer's zone."""
    return "".join(f"{_line(record, zone)}\n" for record in history.logs(run_id))


def _line(record: Record, zone: str | None) -> str:
    body = record.body
    said = body.get("message") or body.get("cause") or body.get("device_name") or ""
    level = str(body.get("level") or record.kind)
    return f"{moment(record.time, zone)}  {level:<8}  step {record.step:>7}  {one_line(str(said))}"
