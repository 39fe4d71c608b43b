"""Run: one run live, then what came of it. `/run?id=<run id>` shows the same view to everybody."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from dashboard import lazy, navigation, services
from dashboard.panels import (
    adjust,
    attempts,
    checkpoints,
    choices,
    commands,
    configuration,
    downloads,
    evaluation,
    labels,
    moments,
    own,
    range_test,
)
from dashboard.text import count, finished, moment, one_line, plain
from jobs.choices import choices_of
from jobs.history import History
from jobs.run import Run
from jobs.services import runs


def page() -> None:
    """The run the URL names, or a page that says what to do."""
    run_id = st.query_params.get("id", "")
    try:
        run = runs.get(services.yard(), run_id)
    except runs.UnknownRun:
        _unknown(run_id)
        return
    head, live = st.container(), st.container()
    # First of all, though not at the top: the curves are fetched while the rest is drawn.
    with live:
        _live(run)
    with head:
        _header(run)
        if run.config.schedule.explores:
            range_test.draw(run, services.yard().history)
    _details(run)


def _unknown(run_id: str) -> None:
    st.markdown("# No such run")
    if run_id:
        st.text(f"There is no run “{run_id[:80]}”. It may be from another Trainyard.")
    else:
        st.text("The address names no run.")
    navigation.link("See all runs", "runs", icon=":material/arrow_forward:")


def _header(run: Run) -> None:
    """Name and what it is; at the right what can be done. The live part below tells the state."""
    left, right = st.columns([1.15, 2], vertical_alignment="center")
    with left, st.container(gap="xxsmall"):
        # Not Markdown: a bare address in a name would become a link.
        st.html(f"<h1>{escape(one_line(run.name))}</h1>")
        with st.container(key="summary"):
            st.caption(_what(run))
        checkpoints.draw_origin(run)
        labels.draw(run)
        if run.cause and run.status != "failed" and not _begins(run):
            st.caption(f":material/info: {plain(finished(run.cause))}")
    with (
        right,
        st.container(horizontal=True, horizontal_alignment="right", key="actions", gap="xsmall"),
    ):
        _actions(run)
    if run.cause and run.status == "failed":
        commands.draw_failure(run)
    if run.diverged:
        st.caption(
            f":orange[:material/warning: A later attempt computed another value at step "
            f"{run.diverged_step:,}: this resume was not exact.]"
        )


def _begins(run: Run) -> bool:
    """Whether it waits for its first attempt: that stands below; a line here would jump."""
    return run.status == "starting" or (run.status == "queued" and not run.attempts)


def _what(run: Run) -> str:
    config = run.config
    parts = [f"{config.model.title} on {config.data.title}", config.optimizer.title]
    if run.script is not None:
        parts = [f"Your script {run.script.script}", run.machine]
    if run.folds:
        parts.append(f"{run.folds} folds")
    if run.parameters is not None:
        parts.append(f"{count(run.parameters)} parameters")
    began = "launched" if run.script is None else "began"
    parts.append(f"{began} {moment(run.created, st.context.timezone)}")
    if run.attempts > 1:
        parts.append(f"attempt {run.attempt}")
    if run.resumed:
        parts.append(f"{run.resumed} resume" + (f" ({run.resume_note})" if run.resume_note else ""))
    return " · ".join(plain(part) for part in parts)


def _actions(run: Run) -> None:
    """What is done while a run trains stands there; the rest is folded: all fit into one row."""
    if run.script is None and st.button(
        "Launch again",
        key="again",
        icon=":material/replay:",
        help="Opens the form with its settings",
    ):
        navigation.go("launch", **{"from": run.id})
    if not run.over and run.script is None:
        with lazy.popover("Adjust", icon=":material/tune:", key="adjust", of=run.id) as wanted:
            if wanted:
                adjust.draw(run)
    commands.draw(run)
    with lazy.popover("More", icon=":material/more_horiz:", key="more", of=run.id) as wanted:
        if wanted:
            labels.edit(run)
            st.caption("The address of this view. Whoever opens it must log in.")
            st.code(f"{_address()}?id={run.id}", language=None, wrap_lines=True)


def _address() -> str:
    return str(st.context.url or "").split("?")[0]


def _live(run: Run) -> None:
    """The charts feed themselves; their value changes when this page has something new to read."""
    from dashboard.live.component import live_run

    live_run(run.id, key=f"live.{run.id}", seen=run.status)


def _details(run: Run) -> None:
    """Only the tab that is looked at: all of them took the browser longer than the charts."""
    panels = _PANELS if run.script is None else _PANELS_OF_SCRIPT
    tabs = st.tabs(list(panels), key="tab", bind="query-params", on_change="rerun")
    for tab, draw in zip(tabs, panels.values(), strict=True):
        if tab.open:
            with tab:
                draw(run, services.yard().history)


def _evaluation(run: Run, history: History) -> None:
    records = history.records(run.id, ("evaluation", "started"))
    evaluation.draw(run, records, history.evaluations(run.id))


def _settings(run: Run, history: History) -> None:
    configuration.draw(run.config, key="json", point=checkpoints.origin(run))
    choices.draw(choices_of(history, run.id))
    if run.origin:
        navigation.link("The run it was launched from", "run", id=run.origin)


def _settings_of_script(run: Run, history: History) -> None:
    if run.script is not None:
        own.draw(run.script, history.records(run.id, "began"))


def _changes(run: Run, _: History) -> None:
    adjust.draw_changes(run, st.context.timezone)
    commands.draw_told(run, st.context.timezone)


def _attempts(run: Run, history: History) -> None:
    attempts.draw(history.attempts(run.id), st.context.timezone)


def _downloads(run: Run, history: History) -> None:
    downloads.draw(run, history, st.context.timezone)


Panel = Callable[[Run, History], None]

_PANELS: dict[str, Panel] = {
    "Evaluation": _evaluation,
    "Samples": moments.draw,
    "Settings": _settings,
    "Changes": _changes,
    "Checkpoints": checkpoints.draw,
    "Attempts": _attempts,
    "Downloads": _downloads,
}
_PANELS_OF_SCRIPT: dict[str, Panel] = {
    "Settings": _settings_of_script,
    "Attempts": _attempts,
    "Downloads": _downloads,
}
"""what a script does not tell has no tab: evaluations, samples, checkpoints"""
