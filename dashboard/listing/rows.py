"""A run as a row of the list: every text ready to be shown."""

from __future__ import annotations

import math
import time
from urllib.parse import urlencode

import streamlit as st

from dashboard import services
from dashboard.commanding import LABELS, possible
from dashboard.components.runs_table import Row
from dashboard.text import ago, count, duration, measure, metric, moment, one_line
from engine.metrics.spread import plus_minus
from jobs.measures import named
from jobs.own.scores import LOSSES
from jobs.run import Run
from jobs.services.alerts import Count

SPARK_PIXELS = 30
"""so many times a curve is read again until it is e times as long"""


def row(run: Run, selected: bool, alerts: Count | None = None) -> Row:
    """The row of a run, which may have alerts."""
    name, value, deviation = run.result or ("", None, None)
    now, zone = time.time(), st.context.timezone
    return Row(
        id=run.id,
        name=one_line(run.name),
        what=what(run),
        status=run.status,
        progress=run.progress,
        steps=_place(run),
        alerts=_alerts(alerts),
        alert_level=alerts.level if alerts else "",
        spark=_spark(run),
        best=metric(value) if deviation is None else plus_minus(value or 0.0, deviation),
        best_name=_measured(name, deviation),
        duration=duration(run.seconds(now)),
        created=ago(run.created, now),
        created_exactly=moment(run.created, zone),
        href="run?" + urlencode({"id": run.id}),
        selected=selected,
        tags=[one_line(tag) for tag in run.tags],
        notes=one_line(run.notes),
        pinned=run.pinned,
        archived=run.archived,
        removal=_removal(run, now),
        over=run.over,
        asks=[[op, label] for op, (label, _) in LABELS.items() if possible(run, op)],
        again=run.script is None,
    )


def _alerts(found: Count | None) -> str:
    if found is None:
        return ""
    return f"{count(found.number)} alert{'' if found.number == 1 else 's'}"


def _removal(run: Run, now: float) -> str:
    """How long a deleted run can be had back; empty for all others."""
    if run.removal is None:
        return ""
    left = run.removal - now
    return "being removed" if left <= 0 else f"removed in {duration(left)}"


def _measured(name: str, deviation: float | None) -> str:
    """What the number is, short enough for its column."""
    if deviation is None:
        return measure(name)
    return f"{measure(name.rpartition('/')[2])} over folds"


def what(run: Run) -> str:
    """Model and data, or the script of a person's own."""
    if run.script is not None:
        return f"Your script {one_line(run.script.script)}"
    return f"{run.config.model.title} · {run.config.data.title}"


def _spark(run: Run) -> list[float]:
    """The loss; of a script's under the name its author chose, else nothing."""
    names = LOSSES if run.script is not None else (named(LOSSES[0], run.fold),)
    lines = (_sparkline(run.id, name, _mark(run), run.attempt) for name in names)
    return next(filter(None, lines), [])


def _place(run: Run) -> str:
    step = f"step {count(run.step)} of {count(run.total_steps)}"
    if run.total_steps is None and run.step:
        step = f"step {count(run.step)}"
    return f"fold {run.fold} of {run.folds}, {step}" if run.folds and run.fold else step


def _mark(run: Run) -> int:
    """Another number when the picture would be another one: it is a few dozen pixels wide."""
    if run.over:
        return -run.step
    return math.floor(SPARK_PIXELS * math.log(run.step)) if run.step else 0


@st.cache_data(max_entries=1000, show_spinner=False)
def _sparkline(run_id: str, name: str, mark: int, attempt: int) -> list[float]:  # noqa: ARG001
    """Read again only when the run has moved on."""
    return services.yard().history.sparkline(run_id, metric=name)
