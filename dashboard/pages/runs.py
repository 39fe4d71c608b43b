"""Runs: pinned ones first, then the newest, a page at a time; several selected are compared."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import navigation, services
from dashboard.components.runs_table import Answer, runs_table
from dashboard.listing import filters, selection
from dashboard.listing.address import PAGE, PAGE_RUNS, page_number, picked, select, selected
from dashboard.listing.rows import row
from dashboard.text import count
from jobs.comparison.names import legend_names
from jobs.history.finding import Filter
from jobs.ids import is_id
from jobs.services import alerts, organise

REFRESH_SECONDS = 5


def page() -> None:
    """`/runs?search=<text>&state=<state>&tag=<tag>&page=<number>&selected=<id,id>&...`: the URL
    carries the whole view.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.markdown("# Runs", width="stretch")
        navigation.link("New run", "launch", icon=":material/add:")
    wanted = filters.draw()
    selection.draw(selected(), wanted.shelf, select)
    _live_table(wanted)


@st.fragment(run_every=REFRESH_SECONDS)
def _live_table(wanted: Filter) -> None:
    """Only this part runs again when some run changed; a new selection runs the whole page.

    The clock is for durations and for `2 min ago`.
    """
    shown: list[str] = []
    with services.sentences():
        shown = _table(wanted)
    from dashboard.live.component import live_changes

    chosen = list(filter(is_id, selected()))
    runs = list(dict.fromkeys([*shown, *chosen]))
    live_changes(key="changes", runs=runs, names=_names(chosen))


def _names(chosen: Sequence[str]) -> dict[str, str]:
    """As Compare will call the selected runs: it is made before its page is there."""
    if len(chosen) < 2:
        return {}
    found = organise.several(services.yard(), chosen)
    return legend_names({run.id: (run.name, run.given) for run in found})


def _table(wanted: Filter) -> list[str]:
    """Draws a page of the list; ids of the runs on it."""
    number = page_number()
    found, total = organise.page(services.yard(), wanted, PAGE_RUNS, number)
    if not found and total:
        # The address names a page that is no longer there.
        number = -(-total // PAGE_RUNS)
        found, total = organise.page(services.yard(), wanted, PAGE_RUNS, number)
    if not found:
        _nothing(wanted)
        return []
    chosen = selected()
    told = alerts.counts(services.yard(), [run.id for run in found])
    rows = [row(run, run.id in chosen, told.get(run.id)) for run in found]
    answer = runs_table(rows, key="runs")
    if total > PAGE_RUNS:
        _pages(number, total)
    here = [run.id for run in found]
    _follow(answer, here)
    return here


def _pages(number: int, total: int) -> None:
    first, last = (number - 1) * PAGE_RUNS + 1, min(total, number * PAGE_RUNS)
    with st.container(horizontal=True, vertical_alignment="center", key="pages"):
        st.caption(f"{count(first)} to {count(last)} of {count(total)} runs", width="stretch")
        _to("Newer", number - 1, enabled=number > 1, icon=":material/chevron_left:")
        _to("Older", number + 1, enabled=last < total, icon=":material/chevron_right:")


def _to(label: str, number: int, *, enabled: bool, icon: str) -> None:
    if st.button(label, key=label.lower(), icon=icon, disabled=not enabled):
        st.query_params[PAGE] = str(number)
        st.rerun(scope="fragment")


def _follow(answer: Answer, here: Sequence[str]) -> None:
    """Opens a run; or takes over the boxes of this page, those of other pages stay as they are."""
    if answer.open:
        navigation.go("run", id=answer.open)
    if answer.act:
        selection.act(answer.act)
    if (now := picked(answer.selected, here, "boxes")) is not None:
        select(now)
        st.rerun()


def _nothing(wanted: Filter) -> None:
    if wanted == Filter():
        _nothing_yet()
    elif wanted == Filter(shelf="archived"):
        st.caption("No run is archived. Select runs and press Archive to put them away.")
    elif wanted == Filter(shelf="deleted"):
        st.caption("No run is deleted. Deleted runs stand here for seven days and can be had back.")
    else:
        st.caption("No run fits these filters.")


def _nothing_yet() -> None:
    with st.container(border=True, key="empty", horizontal_alignment="center"):
        st.markdown("#### No runs yet")
        st.caption(
            "Choose data and a model, press Launch, and watch the loss here. The form is filled "
            "with a good start: the classic CNN on MNIST takes about a minute on a CPU."
        )
        navigation.link("Launch the first run", "launch", icon=":material/play_arrow:")
