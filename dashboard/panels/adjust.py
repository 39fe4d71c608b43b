"""Other settings for a run that trains: a small form, and what was changed when.

Which settings there are, and what each may be, is said where they are declared.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import navigation, services
from dashboard.form.fields import Field, field
from dashboard.form.widgets import complaints
from dashboard.table import Cell, Content, table
from dashboard.text import NOTHING, count, finished, moment, number, one_line, plain
from engine.problem import SettingsError
from engine.settings.live import Live, changed
from engine.settings.plan import Value, read
from jobs.run import Run
from jobs.services import changes
from jobs.services.changes import Told
from jobs.services.runs import NotPossible

_STATES = {"made": "made", "pending": "waits for the next step", "too late": "came too late"}


@st.fragment
def draw(run: Run) -> None:
    """The form: what is typed is checked at once, and asked for with the button."""
    st.markdown("**Adjust while it trains**")
    st.caption(_when(run))
    found = changes.live(services.yard(), run)
    common = [each for each in found if not _field(each).rare]
    wanted: dict[str, Value] = {}
    wrong = _draw_inputs(run, common, wanted)
    with st.expander("More", key="adjust.more", type="compact"):
        rare = [each for each in found if each not in common]
        wrong = _draw_inputs(run, rare, wanted) or wrong
    label = "Apply" if len(wanted) < 2 else f"Apply {len(wanted)} changes"
    if st.button(
        label, key="adjust.apply", type="primary", disabled=wrong or not wanted, width="stretch"
    ):
        _ask(run, wanted)
    _draw_last(run)


def draw_changes(run: Run, zone: str | None) -> None:
    """Everything that was changed, the newest first, and its replay."""
    told = changes.every(services.yard(), run)
    if not told:
        st.caption(
            "Nothing was changed. Adjust, above, changes settings while the run trains; "
            "each change stands here with its step, and on the curve."
        )
        return
    rows = [_row(each, zone) for each in reversed(told)]
    table(["Step", "Setting", "Change", "By", "State", "When"], rows)
    if any(each.state == "made" and each.by == "person" for each in told):
        st.caption("A replay is this run again with each change at its step.")
        if st.button("Launch the replay", key="replay", icon=":material/replay:"):
            navigation.go("launch", **{"from": run.id, "replay": "1"})


def _when(run: Run) -> str:
    if run.folds:
        return "From the next step on, for the fold that trains and the later ones."
    if run.status == "queued":
        return "From its first step on; the run waits for a worker."
    return "From the next step on. The schedule goes on scaling the learning rate."


def _draw_inputs(run: Run, found: Sequence[Live], wanted: dict[str, Value]) -> bool:
    """Two in a row; fills `wanted` with what is another value. Whether something is wrong."""
    wrong = False
    # Row by row, so that a phone shows the same order; the learning rate comes first.
    ordered = sorted(found, key=lambda each: not each.path.startswith("optimizer."))
    for place in range(0, len(ordered), 2):
        for each, column in zip(ordered[place : place + 2], st.columns(2), strict=False):
            with column:
                wrong = _draw_input(run, each, wanted) or wrong
    return wrong


def _draw_input(run: Run, live: Live, wanted: dict[str, Value]) -> bool:
    item, shown = _field(live), _typed(live.value)
    # The value is in the key: once a change is made, the box shows what holds now.
    key = f"adjust.{run.id}.{live.path}.{shown}"
    typed = st.text_input(
        item.label, shown, key=key, help=item.help or None, placeholder="none"
    ).strip()
    if typed == shown:
        return False
    value = None if not typed else read(typed)
    try:
        changed(changes.current(services.yard(), run), live.path, value)
    except SettingsError as error:
        complaints([finished(each.message) for each in error.problems], f"adjust.{live.path}")
        return True
    wanted[live.path] = value
    return False


def _ask(run: Run, wanted: dict[str, Value]) -> None:
    """One after the other; what one of them is refused for is said."""
    for path, value in wanted.items():
        try:
            changes.ask(services.yard(), run.id, path, value)
        except (NotPossible, SettingsError) as refusal:
            st.toast(plain(str(refusal)))
    st.rerun()


def _draw_last(run: Run) -> None:
    """What waits, and the newest change with its way back."""
    told = changes.every(services.yard(), run)
    for each in told:
        if each.state == "pending":
            st.caption(f":material/schedule: {plain(_what(each))}: waits for the next step")
    made = [each for each in told if each.state == "made"]
    if not made:
        return
    newest = made[-1]
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(f"{plain(_what(newest))}, after step {count(newest.step)}")
    if right.button("Undo", key="adjust.undo", help="Sets it back, from the next step on"):
        _ask(run, {newest.setting: newest.before})


def _row(told: Told, zone: str | None) -> list[Content]:
    step = NOTHING
    if told.step is not None:
        step = count(told.step - told.fold_begin) + (f" of fold {told.fold}" if told.fold else "")
    by = told.who or {"person": "hand", "plan": "the plan", "guard": "the guard"}[told.by]
    state = (told.refused and f"refused: {told.refused}") or _STATES[told.state]
    return [
        Cell(step, number=True),
        told.setting,
        Cell(_change(told), number=True),
        one_line(by),
        one_line(state),
        moment(told.time, zone),
    ]


def _what(told: Told) -> str:
    name = told.setting.rpartition(".")[2].replace("_", " ")
    return f"{name[:1].upper()}{name[1:]} {_change(told)}"


def _change(told: Told) -> str:
    after = _typed(told.after) or "none"
    return f"to {after}" if told.step is None else f"{_typed(told.before) or 'none'} → {after}"


def _field(live: Live) -> Field:
    return field(live.path.rpartition(".")[2], live.field)


def _typed(value: Value) -> str:
    """As it stands in its box; empty for none."""
    if value is None:
        return ""
    return number(value) if isinstance(value, int | float) else str(value)
