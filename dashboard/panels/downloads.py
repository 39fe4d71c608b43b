"""Files to take away from a run: every point as CSV, the log as text. Made when asked for."""

from __future__ import annotations

import csv
import io
from functools import partial

import streamlit as st

from dashboard.text import moment, one_line
from jobs.history import History, Record
from jobs.measures import apart
from jobs.run import Run


def draw(run: Run, history: History, zone: str | None) -> None:
    """Two buttons side by side."""
    with st.container(horizontal=True):
        st.download_button(
            "Metrics as CSV",
            partial(metrics_csv, history, run.id),
            file_name=f"{run.id}-metrics.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="csv",
        )
        st.download_button(
            "Log as text",
            partial(log_text, history, run.id, zone),
            file_name=f"{run.id}-log.txt",
            mime="text/plain",
            icon=":material/download:",
            on_click="ignore",
            key="log",
        )


def metrics_csv(history: History, run_id: str) -> str:
    """One line a point: metric, step, unix seconds, value (`nan` where the loss was not finite).

    Of folds the metrics of each, `fold 2/train/loss`, over the steps of that fold.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["metric", "step", "seconds", "value"])
    curves = history.curves(run_id)
    for name in sorted(curves, key=lambda name: apart(name)[::-1]):
        points = curves[name]
        for step, seconds, value in zip(points.steps, points.seconds, points.values, strict=True):
            writer.writerow([name, int(step), repr(float(seconds)), f"{float(value):.9g}"])
    return text.getvalue()


def log_text(history: History, run_id: str, zone: str | None) -> str:
    """One line an event, times in the viewer's zone."""
    return "".join(f"{_line(record, zone)}\n" for record in history.logs(run_id))


def _line(record: Record, zone: str | None) -> str:
    body = record.body
    said = body.get("message") or body.get("cause") or body.get("device_name") or ""
    level = str(body.get("level") or record.kind)
    return f"{moment(record.time, zone)}  {level:<8}  step {record.step:>7}  {one_line(str(said))}"
