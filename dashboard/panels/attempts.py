"""Where a run was tried, how each attempt ended, and what it left on disk."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.table import Cell, Content, table
from dashboard.text import NOTHING, count, duration, moment, one_line, size
from engine.events import Checkpoint
from jobs.history import Attempt, Record

_CHECKPOINTS_SHOWN = 20


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


def draw_checkpoints(records: Sequence[Record], zone: str | None) -> None:
    """The newest checkpoints first. `records`: the run's `checkpoint` events."""
    found = [Checkpoint.model_validate(record.body) for record in records]
    if not found:
        st.caption("No checkpoint yet: the first one is written a few seconds into the run.")
        return
    rows: list[list[Content]] = [
        [
            one_line(each.name),
            Cell(count(each.step), number=True),
            Cell(size(each.bytes), number=True),
            Cell(duration(each.seconds), number=True),
            moment(each.time, zone),
        ]
        for each in reversed(found[-_CHECKPOINTS_SHOWN:])
    ]
    table(["Checkpoint", "Step", "Size", "Held up", "Written"], rows)
    if len(found) > _CHECKPOINTS_SHOWN:
        st.caption(f"The last {_CHECKPOINTS_SHOWN} of {count(len(found))}; older ones are removed.")
