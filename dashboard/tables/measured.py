"""The profile of a table: cards of its columns, and what they say about the one to predict."""

from __future__ import annotations

import streamlit as st

from dashboard import services
from dashboard.attendants import Look
from dashboard.table import Cell, Content, table
from dashboard.tables import cards
from dashboard.tables.facts import short
from dashboard.tables.waiting import PATIENCE_SECONDS, wait
from dashboard.text import count, finished, one_line, percent, plain
from engine.data.tables import TableFacts
from engine.data.tables.profiling.report import Profile, TargetProfile
from jobs.data_sets import DataSet
from jobs.data_sets.attendant import Order

_MOST = 100
_MOST_ASSOCIATIONS = 20
_NONE = "No column"


def key_of(found: DataSet) -> str:
    """Of the box where the column to predict is chosen."""
    return f"target.{found.id}"


def draw(found: DataSet, facts: TableFacts) -> None:
    """Measures in a process of its own; meanwhile a bar shows how far it is."""
    names = [column.name for column in facts.columns]
    target = st.selectbox(
        "Column to predict",
        names,
        index=None,
        key=key_of(found),
        placeholder=_NONE,
        width=420,
        help="Compares every other column with this one, and looks for what gives it away.",
    )
    order = Order(measure=found.id, target=target or "")
    look = services.attendants().look(order)
    if not look.wait(PATIENCE_SECONDS):
        wait(order, "Measuring the table")
    else:
        _show(look)


def _show(look: Look) -> None:
    if look.profile is None:
        st.caption(f":red[{plain(look.refused)}]")
        return
    profile = Profile.model_validate(look.profile)
    _notes(profile)
    if profile.target is not None:
        _target(profile.target)
    st.html(cards.of(profile.columns[:_MOST], profile.rows))
    if len(profile.columns) > _MOST:
        st.caption(f"The first {_MOST} of {count(len(profile.columns))} columns.")


def _notes(profile: Profile) -> None:
    """What a person should look at before anything is trained."""
    if twice := profile.duplicate_rows:
        share = percent(twice / profile.rows)
        rows = "row is" if twice == 1 else "rows are"
        st.caption(
            f":orange[:material/warning: {count(twice)} {rows} equal to an earlier one ({share}). "
            "Rows that stand in two parts make the test look better than it is; the form can "
            "leave them out.]"
        )
    for names, what in (
        (
            [c.name for c in profile.columns if c.constant],
            "the same in every row: nothing to learn",
        ),
        ([c.name for c in profile.columns if c.id_like], "different in every row, like an id"),
    ):
        if names:
            listed = ", ".join(short(name) for name in names[:10])
            more = f" and {len(names) - 10} more" if len(names) > 10 else ""
            st.caption(f":material/info: {plain(f'{listed}{more}: {what}.')}")


def _target(target: TargetProfile) -> None:
    with st.container(border=True, key="target"):
        what = "a class" if target.task == "classification" else "a number"
        st.markdown(f"#### {plain(one_line(target.column))} is {what} to predict")
        for leak in target.leaks:
            st.caption(f":red[:material/warning: {plain(finished(leak.sentence))}]")
        for note in target.notes:
            st.caption(f":material/info: {plain(finished(note))}")
        left, right = st.columns(2, gap="large")
        with left:
            if target.classes:
                st.html(cards.bars(target.classes))
        with right:
            _associations(target)


def _associations(target: TargetProfile) -> None:
    rows: list[list[Content]] = [
        [short(each.column), each.measure, Cell(f"{each.value:.2f}", number=True)]
        for each in target.associations[:_MOST_ASSOCIATIONS]
    ]
    if rows:
        table(["Goes with it", "Measure", "Strength"], rows, scrolls=len(rows) > 10)
        st.caption(f"On {count(target.compared_rows)} rows; 0 is not at all, 1 entirely.")
