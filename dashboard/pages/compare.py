"""Compare: several runs over each other. The address carries the whole view.

`/compare?runs=<id,id>&group=<way>&metric=<name>&...`; the charts add what they are drawn over.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import lazy, navigation, services
from dashboard.comparing import parallel, results, scatter, settings, space
from dashboard.comparing.subject import Subject
from dashboard.text import metric_name, one_line, plain
from jobs.comparison.groups import choices
from jobs.comparison.scalars import ASIDE
from jobs.history.finding import Filter
from jobs.measures import apart
from jobs.run import Run
from jobs.services import organise

MOST_RUNS = 100
"""as many as the live push takes at once"""
_RUNS, _GROUP, _OFFERED = "runs", "group", 200
_TABS = ("Results", "Settings", "Scatter", "Parallel coordinates")
_ALONE = "each run alone"


def page() -> None:
    """The runs the URL names, or a page that says what to do."""
    ids = [part for part in st.query_params.get(_RUNS, "").split(",") if part]
    chosen = organise.several(services.yard(), list(dict.fromkeys(ids))[:MOST_RUNS])
    _header(chosen)
    _notes(ids, chosen)
    if not chosen:
        _nothing()
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        subject = Subject(chosen, _grouping(chosen))
        metrics = _metrics(subject)
    _curves(subject, metrics)
    _tables(subject)


def _header(chosen: Sequence[Run]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.markdown("# Compare", width="stretch")
        _header_actions(chosen)


def _header_actions(chosen: Sequence[Run]) -> None:
    with st.container(horizontal=True, key="actions", width="content"):
        with lazy.popover("Runs", icon=":material/checklist:", key="choose") as wanted:
            if wanted:
                _choose(chosen)
        if chosen:
            with lazy.popover("Launch again", icon=":material/replay:", key="again") as wanted:
                if wanted:
                    _again(chosen)
            with st.popover("Share", icon=":material/link:", key="share"):
                st.caption(
                    "The address in your browser is this view: runs, groups, metrics, axes. "
                    "Whoever opens it must log in."
                )


def _choose(chosen: Sequence[Run]) -> None:
    """Adds and takes away runs; a choice is in the address at once."""
    found, _ = organise.page(services.yard(), Filter(), _OFFERED)
    offered = {run.id: run for run in (*chosen, *found)}
    picked = st.multiselect(
        "Runs",
        list(offered),
        default=[run.id for run in chosen],
        format_func=lambda run_id: f"{one_line(offered[run_id].name)} · {run_id[-6:]}",
        max_selections=MOST_RUNS,
        key="picked",
        width=420,
    )
    st.caption("Find others on the Runs page, by tag, model or data.")
    if picked != [run.id for run in chosen]:
        st.query_params[_RUNS] = ",".join(picked)
        st.rerun()


def _again(chosen: Sequence[Run]) -> None:
    """Opens the form with the settings of one of the runs."""
    st.caption("Begin with the settings of one of these runs, and change what you like.")
    for run in chosen:
        if run.script is None and st.button(
            plain(run.name), key=f"again.{run.id}", type="tertiary"
        ):
            navigation.go("launch", **{"from": run.id})


def _notes(ids: Sequence[str], chosen: Sequence[Run]) -> None:
    lost = len(set(ids)) - len(chosen)
    if len(set(ids)) > MOST_RUNS:
        st.caption(f"The first {MOST_RUNS} of {len(set(ids))} runs: more would not be told apart.")
    elif lost:
        st.caption(f"{lost} of the runs in this address are no longer there.")
    if deleted := [run for run in chosen if run.deleted]:
        names = ", ".join(plain(run.name) for run in deleted[:4])
        st.caption(f"Deleted, and still here for some days: {names}.")


def _nothing() -> None:
    with st.container(border=True, key="empty", horizontal_alignment="center"):
        st.markdown("#### Nothing to compare yet")
        st.caption("Select some runs on the Runs page and press Compare, or choose them above.")
        navigation.link("Choose runs", "runs", icon=":material/arrow_forward:")


def _grouping(chosen: Sequence[Run]) -> str:
    """How the runs are grouped; what the address asks for and these runs cannot is passed over."""
    ways = {"": _ALONE} | choices({run.id: run.given for run in chosen})
    if len(ways) == 1:
        return ""
    labels = {by: text[:1].upper() + text[1:] for by, text in ways.items()}
    if (asked := st.query_params.get(_GROUP, "")) and asked in ways:
        # A link that a person or a program wrote names the way, as `compare --by` does.
        st.query_params[_GROUP] = labels[asked]
        st.rerun()
    by = st.selectbox(
        "Group",
        list(labels),
        format_func=labels.__getitem__,
        key=_GROUP,
        bind="query-params",
        width=300,
        help="Runs that are alike but for the seed count as one: their mean, and a band of one "
        "sample standard deviation to both sides.",
    )
    return by or ""


def _curves(subject: Subject, metrics: Sequence[str]) -> None:
    from dashboard.live.component import live_compare

    groups = [{"name": group.name, "runs": list(group.runs)} for group in subject.groups]
    _lengths(subject)
    live_compare(
        [run.id for run in subject.runs],
        key="compare",
        names=subject.names,
        groups=groups,
        metrics=metrics,
    )


def _metrics(subject: Subject) -> list[str]:
    """Which charts are shown."""
    known = _measured([run.id for run in subject.runs])
    if len(known) < 2:
        return []
    return st.multiselect(
        "Charts",
        known,
        key="metric",
        bind="query-params",
        format_func=metric_name,
        placeholder="All charts",
        width=520,
    )


def _measured(run_ids: Sequence[str]) -> list[str]:
    """Metrics of the training, without folds, layers and what belongs to the clock."""
    known = services.yard().history.metrics_of(run_ids).values()
    found = dict.fromkeys(apart(name)[0] for names in known for name in names)
    return [name for name in found if not name.startswith(ASIDE)]


def _lengths(subject: Subject) -> None:
    """A mean over runs of different length is one of fewer runs towards its end."""
    steps = {run.id: run.step for run in subject.runs}
    uneven = [g for g in subject.groups if len({steps[run_id] for run_id in g.runs}) > 1]
    if uneven:
        names = ", ".join(plain(group.name) for group in uneven[:3])
        st.caption(
            f"Runs of different length in: {names}. Where some have ended, the mean is of those "
            "that went on; the cross-hair says how many."
        )


def _tables(subject: Subject) -> None:
    numbers, differences, dots, lines = st.tabs(
        _TABS, key="tab", bind="query-params", on_change="rerun"
    )
    if numbers.open:
        with numbers:
            results.draw(subject)
    if differences.open:
        with differences:
            settings.draw(subject)
    if dots.open or lines.open:
        found = space.dimensions(subject, results.measured_of(subject.runs))
        with dots if dots.open else lines:
            (scatter if dots.open else parallel).draw(subject, found)
