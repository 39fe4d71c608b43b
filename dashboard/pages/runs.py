"""Runs: all of them, newest first; a click opens one, several selected lie over each other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from dashboard import navigation, services
from dashboard.components.runs_table import Answer, Row, runs_table
from dashboard.panels import comparison
from dashboard.text import ago, count, duration, measure, metric, moment, one_line
from engine.metrics.spread import plus_minus
from jobs import runs
from jobs.measures import named
from jobs.own.scores import LOSSES
from jobs.run import Run

REFRESH_SECONDS = 5
_SHOWN = 200
_SELECTED = "selected"
_STATES = ("running", "queued", "finished", "failed", "stopped")
_ALIKE = {"starting": "running", "resuming": "running", "stopping": "running"}


def page() -> None:
    """`/runs?search=<text>&state=<state>&selected=<id,id>`: the URL carries the whole view."""
    everything = runs.list(services.yard())
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.markdown("# Runs", width="stretch")
        navigation.link("New run", "launch", icon=":material/add:")
    if not everything:
        _nothing_yet()
        return
    search, state = _filters()
    _live_table(search, state)
    _selection([run for run in everything if run.id in _selected()])


def fits(run: Run, search: str, state: str | None) -> bool:
    """Whether a run passes both filters; every word of the search must occur somewhere."""
    text = f"{run.name} {run.id} {_what(run)} {run.status}".lower()
    same = state is None or _ALIKE.get(run.status, run.status) == state
    return same and all(word in text for word in search.lower().split())


def _filters() -> tuple[str, str | None]:
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        search = st.text_input(
            "Search",
            key="search",
            type="search",
            live=True,
            placeholder="Search by name, model, data or id",
            label_visibility="collapsed",
            bind="query-params",
            width=320,
        )
        state = st.pills(
            "State",
            _STATES,
            key="state",
            # The address carries this very text, so it must not change with the runs.
            format_func=str.capitalize,
            label_visibility="collapsed",
            bind="query-params",
        )
    return search or "", state


@st.fragment(run_every=REFRESH_SECONDS)
def _live_table(search: str, state: str | None) -> None:
    """Only this part runs again when some run changed; a new selection runs the whole page.

    The clock is for durations and for `2 min ago`.
    """
    with services.sentences():
        found = [run for run in runs.list(services.yard()) if fits(run, search, state)]
        if not found:
            st.caption("No run fits these filters.")
            return
        chosen = _selected()
        answer = runs_table([_row(run, run.id in chosen) for run in found[:_SHOWN]], key="runs")
        if len(found) > _SHOWN:
            st.caption(f"The newest {_SHOWN} of {count(len(found))} runs; search for the others.")
        _follow(answer, chosen)
    from dashboard.live.component import live_changes

    live_changes(key="changes")


def _follow(answer: Answer, chosen: Sequence[str]) -> None:
    if answer.open:
        navigation.go("run", id=answer.open)
    if answer.selected is not None and list(answer.selected) != st.session_state.get("boxes"):
        st.session_state["boxes"] = list(answer.selected)
        _select(answer.selected)
        if list(answer.selected) != list(chosen):
            st.rerun()


def _selected() -> list[str]:
    return [part for part in st.query_params.get(_SELECTED, "").split(",") if part]


def _select(ids: Sequence[str]) -> None:
    if ids:
        st.query_params[_SELECTED] = ",".join(ids)
    elif _SELECTED in st.query_params:
        del st.query_params[_SELECTED]


def _row(run: Run, selected: bool) -> Row:
    name, value, deviation = run.result or ("", None, None)
    now, zone = time.time(), st.context.timezone
    return Row(
        id=run.id,
        name=one_line(run.name),
        what=_what(run),
        status=run.status,
        progress=run.progress,
        steps=_place(run),
        spark=_spark(run),
        best=metric(value) if deviation is None else plus_minus(value or 0.0, deviation),
        best_name=_measured(name, deviation),
        duration=duration(run.seconds(now)),
        created=ago(run.created, now),
        created_exactly=moment(run.created, zone),
        href="run?" + urlencode({"id": run.id}),
        selected=selected,
    )


def _spark(run: Run) -> list[float]:
    """The loss; of a script's under the name its author chose, else nothing."""
    names = LOSSES if run.script is not None else (named(LOSSES[0], run.fold),)
    lines = (_sparkline(run.id, name, run.step, run.attempt) for name in names)
    return next(filter(None, lines), [])


def _measured(name: str, deviation: float | None) -> str:
    """What the number is, short enough for its column."""
    if deviation is None:
        return measure(name)
    return f"{measure(name.rpartition('/')[2])} over folds"


def _place(run: Run) -> str:
    step = f"step {count(run.step)} of {count(run.total_steps)}"
    if run.total_steps is None and run.step:
        step = f"step {count(run.step)}"
    return f"fold {run.fold} of {run.folds}, {step}" if run.folds and run.fold else step


def _what(run: Run) -> str:
    if run.script is not None:
        return f"Your script {one_line(run.script.script)}"
    return f"{run.config.model.title} · {run.config.data.title}"


@st.cache_data(max_entries=1000, show_spinner=False)
def _sparkline(run_id: str, name: str, step: int, attempt: int) -> list[float]:  # noqa: ARG001
    """Read again only when the run has moved on."""
    return services.yard().history.sparkline(run_id, metric=name)


def _selection(chosen: Sequence[Run]) -> None:
    """What can be done with the selected runs, then how they compare."""
    if not chosen:
        st.caption("Select runs to lay their curves over each other.")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="selection"):
        st.markdown(f"**{len(chosen)} selected**")
        _stop_button([run for run in chosen if not run.over])
        if st.button("Clear", key="clear", type="tertiary"):
            _select([])
            st.session_state["boxes"] = []
            st.rerun()
    comparison.draw(chosen)


def _stop_button(active: Sequence[Run]) -> None:
    if not active:
        return
    label = f"Stop {len(active)}" if len(active) > 1 else "Stop"
    if st.button(label, key="stop", icon=":material/stop:"):
        for run in active:
            runs.stop(services.yard(), run.id)
        st.toast(f"{label}: each saves a checkpoint and ends.")


def _nothing_yet() -> None:
    with st.container(border=True, key="empty", horizontal_alignment="center"):
        st.markdown("#### No runs yet")
        st.caption(
            "Choose data and a model, press Launch, and watch the loss here. The form is filled "
            "with a good start: the classic CNN on MNIST takes about a minute on a CPU."
        )
        navigation.link("Launch the first run", "launch", icon=":material/play_arrow:")
