"""Commands to several runs from a page: what became of them in a sentence, and a way back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import services
from dashboard.text import count, plain
from jobs.permitted import Op, permit
from jobs.run import Run
from jobs.services import commands
from jobs.services.commands import Answer
from jobs.services.runs import UnknownRun

_UNDO = "undo_command"
_BACK: dict[Op, Op] = {"stop": "retry", "pause": "resume"}
_DONE: dict[Op, str] = {
    "stop": "stopped",
    "pause": "paused",
    "resume": "resumed",
    "retry": "tried again",
    "checkpoint": "asked for a checkpoint",
}
LABELS: dict[Op, tuple[str, str]] = {
    "pause": ("Pause", "pause"),
    "resume": ("Resume", "play_arrow"),
    "checkpoint": ("Save a checkpoint", "save"),
    "stop": ("Stop", "stop"),
    "retry": ("Try again", "restart_alt"),
}
"""what a button says, and its icon"""

_SHOWN = 3
"""so many refusals are told one by one"""


def possible(run: Run, op: Op) -> bool:
    """Whether the run can be asked for that now, and it would do something."""
    return permit(run.status, op, ours=run.script is None).state == "do"


def ask(run_ids: Sequence[str], op: Op, *, undo: bool = True) -> None:
    """Asks them, says what became of it, and remembers how to take it back."""
    try:
        answers = commands.ask_all(services.yard(), run_ids, op)
    except UnknownRun as refusal:
        st.toast(plain(str(refusal)), icon=":material/error:")
        return
    done = [each.run_id for each in answers if each.state == "do"]
    _say_refused([each for each in answers if each.state == "refused"])
    if done and undo and op in _BACK:
        st.session_state[_UNDO] = (op, done)
    elif done:
        st.toast(f"{_runs(len(done))} {_DONE[op]}.")


def undo_bar() -> None:
    """One line after a stop or a pause: what it did, and a button that takes it back."""
    op, run_ids = st.session_state.get(_UNDO, (None, ()))
    if op is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo-op"):
        st.markdown(f"{_runs(len(run_ids))} {_DONE[op]}.{_HINT[op]}", width="stretch")
        if st.button("Undo", key="undo_op", icon=":material/undo:"):
            del st.session_state[_UNDO]
            ask(run_ids, _BACK[op], undo=False)
            st.rerun()
        if st.button("Dismiss", key="undo_op_dismiss", type="tertiary"):
            del st.session_state[_UNDO]
            st.rerun()


_HINT: dict[Op, str] = {
    "stop": " What trained saves a checkpoint first; Undo lets it go on from there.",
    "pause": " They keep their place in the queue.",
}


def _say_refused(refused: Sequence[Answer]) -> None:
    for each in refused[:_SHOWN]:
        st.toast(plain(each.why), icon=":material/info:")
    if len(refused) > _SHOWN:
        st.toast(f"{count(len(refused) - _SHOWN)} more were left as they are.")


def _runs(number: int) -> str:
    return "1 run" if number == 1 else f"{count(number)} runs"
