"""What can be asked of a run as a whole, and what was asked of it."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from dashboard import services
from dashboard.commanding import possible
from dashboard.table import Cell, table
from dashboard.text import NOTHING, count, finished, moment, one_line, plain
from jobs.permitted import Op
from jobs.run import Run
from jobs.services import commands
from jobs.services.commands import Told
from jobs.services.runs import NotPossible

_STOP = "Stop this run? It saves a checkpoint first."
_STOP_SCRIPT = (
    "Ask your script to stop? It reads the wish as `run.stop_requested` and decides itself; "
    "a script that never looks goes on."
)
_BUTTONS: dict[Op, tuple[str, str, str]] = {
    "checkpoint": ("Save", "save", "Saves a checkpoint now; the run goes on"),
    "pause": ("Pause", "pause", "Saves a checkpoint and frees the device; keeps its place"),
    "resume": ("Resume", "play_arrow", "Lets it go on from its checkpoint"),
    "retry": ("Try again", "restart_alt", "Another attempt, from its last checkpoint"),
}
"""label, icon and what it does"""

_RETRY = (
    "It is not tried again by itself. **Try again** makes another attempt with the same settings, "
    "from its last checkpoint where it has one; **Launch again** opens the form with them, for a "
    "new run."
)
_NAMES = {"checkpoint": "Save a checkpoint", "retry": "Try again"}
_STATES = {"done": "took effect", "waits": "waits for the run", "taken back": "taken back before"}


def draw(run: Run) -> None:
    """A button for everything the run can be asked for now; a stop is asked back."""
    for op, (label, icon, does) in _BUTTONS.items():
        if possible(run, op) and st.button(
            label, key=op, icon=f":material/{icon}:", help=does, type=_type(run, op)
        ):
            _ask(run, op)
    if not run.over:
        with st.popover(
            "Stop", icon=":material/stop:", key="stop", disabled=run.status == "stopping"
        ):
            st.markdown(_STOP if run.script is None else _STOP_SCRIPT)
            if st.button("Stop the run", key="stop_really", type="primary"):
                _ask(run, "stop")


def draw_failure(run: Run) -> None:
    """Why it failed, and what can be done: above all after it crashed again and again."""
    with st.container(border=True, key="cause", gap="xsmall"):
        st.markdown(f":red[:material/error: {plain(finished(run.cause))}]")
        if possible(run, "retry"):
            st.caption(_RETRY)


def draw_told(run: Run, zone: str | None) -> None:
    """What was asked of the run as a whole, the newest first; nothing where nothing was."""
    told = commands.told(services.yard(), run)
    if told:
        st.html("<h5>Commands</h5>")
        rows = [_row(each, zone) for each in reversed(told)]
        table(["Step", "Command", "By", "State", "When"], rows)


def _type(run: Run, op: Op) -> Literal["primary", "secondary"]:
    # While it still pauses, to resume is to take that back: no more likely than anything else.
    return "primary" if op == "resume" and run.status == "paused" else "secondary"


def _ask(run: Run, op: Op) -> None:
    try:
        commands.ask(services.yard(), run.id, op)
    except NotPossible as refusal:
        st.toast(plain(str(refusal)))
        return
    if op == "checkpoint":
        st.toast("Asked for; the log says when it is saved.", icon=":material/save:")
        return
    st.rerun()


def _row(told: Told, zone: str | None) -> list[Cell | str]:
    return [
        Cell(NOTHING if told.step is None else count(told.step), number=True),
        _NAMES.get(told.op, told.op.capitalize()),
        one_line(told.who or "hand"),
        one_line(told.note or _STATES[told.state]),
        moment(told.time, zone),
    ]
