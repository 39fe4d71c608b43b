"""Where a run was tried, and how each attempt ended."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.table import Cell, table
from dashboard.text import NOTHING, count, moment, one_line
from jobs.history import Attempt


def draw(attempts: Sequence[Attempt], zone: str | None) -> None:
    """The newest attempt first."""
    if not attempts:
        st.caption("No worker has taken the run yet.")
        return
    rows = [_row(attempt, zone) for attempt in reversed(attempts)]
    table(["Attempt", "Machine", "Device", "Began", "Steps", "Resumed", "End"], rows)


def _row(attempt: Attempt, zone: str | None) -> list[Cell | str]:
    device = attempt.device_name or attempt.device or NOTHING
    end = attempt.cause or attempt.reason or ("ended" if attempt.ended else "under way")
    return [
        str(attempt.attempt),
        one_line(attempt.machine or NOTHING),
        one_line(device),
        moment(attempt.started or attempt.claimed, zone),
        Cell(f"{count(attempt.resume_step)} → {count(attempt.last_step)}", number=True),
        attempt.resumed or NOTHING,
        one_line(end),
    ]
