"""What the Queue page shows of runs that wait, and of those that train meanwhile."""

from __future__ import annotations

import time

import streamlit as st

from dashboard.components.queue_table import Row
from dashboard.table import Cell, table
from dashboard.text import about, count, in_zone, moment, one_line
from jobs.history.standing import Standing
from jobs.services import queueing
from jobs.services.queueing import Entry, Line
from jobs.waiting import AT_ONCE_SECONDS


def row(entry: Entry, selected: bool) -> Row:
    now, zone = time.time(), st.context.timezone
    exactly = "" if entry.starts_in is None else moment(now + entry.starts_in, zone)
    devices = f" · {entry.devices} devices" if entry.devices > 1 else ""
    if entry.machines > 1:
        devices = f" · {entry.machines} machines{f' with{devices[2:]} each' if devices else ''}"
    behind = f" · goes on after step {count(entry.step)}" if entry.step else ""
    return Row(
        id=entry.id,
        number="" if entry.number is None else count(entry.number),
        name=one_line(entry.name),
        what=f"{entry.what}{devices}{behind}",
        priority="" if not entry.priority else queueing.priority_name(entry.priority),
        status=entry.status,
        why=one_line(entry.why),
        starts=_starts(entry, now, zone),
        starts_exactly=exactly,
        href=f"run?id={entry.id}",
        selected=selected,
    )


def _starts(entry: Entry, now: float, zone: str | None) -> str:
    if entry.number is None:
        return ""
    if entry.starts_in is None:
        return "Unknown"
    if entry.starts_in < AT_ONCE_SECONDS:
        return "Now"
    clock = in_zone(now + entry.starts_in, zone).strftime("%H:%M")
    return f"≈ {clock}, in {about(entry.starts_in)}"


def draw_training(line: Line) -> None:
    """Below: what holds the devices, and how long it is likely to."""
    if not line.training:
        return
    st.space("small")
    st.markdown("#### Training now")
    rows = [_trains(run, line.left.get(run.id)) for run in line.training]
    table(["Run", "State", "Ends"], rows)


def _trains(run: Standing, left: float | None) -> list[Cell | str]:
    total = f" of {count(run.total_steps)}" if run.total_steps else ""
    # Three columns fit on a phone: the rest stands below what it belongs to.
    where = " · ".join(one_line(each) for each in (run.machine, run.device) if each)
    return [
        Cell(one_line(run.name), link=f"run?id={run.id}", note=where),
        Cell(run.verdict.status.capitalize(), note=f"step {count(run.facts.step)}{total}"),
        _ends(left),
    ]


def _ends(left: float | None) -> str:
    if left is None:
        return "Unknown"
    return "in a moment" if left < AT_ONCE_SECONDS else f"in about {about(left)}"
