"""The state of a run as a small pill; the same words and colours everywhere."""

from __future__ import annotations

import streamlit as st

from jobs.status import Status

COLOURS: dict[Status, str] = {
    "queued": "gray",
    "starting": "blue",
    "running": "blue",
    "stopping": "orange",
    "resuming": "blue",
    "finished": "green",
    "failed": "red",
    "stopped": "gray",
}
ICONS: dict[Status, str] = {
    "queued": ":material/hourglass_empty:",
    "starting": ":material/rocket_launch:",
    "running": ":material/play_circle:",
    "stopping": ":material/pending:",
    "resuming": ":material/autorenew:",
    "finished": ":material/check_circle:",
    "failed": ":material/error:",
    "stopped": ":material/stop_circle:",
}


def state_badge(status: Status) -> None:
    """Icon, word and colour: never the colour alone."""
    st.badge(status.capitalize(), icon=ICONS[status], color=COLOURS[status])  # type: ignore[arg-type]
