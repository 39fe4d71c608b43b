"""The checkpoints of a run on disk: how large, which stay, and new runs that begin from one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard import navigation, services
from dashboard.organising import trying
from dashboard.table import Cell, Content, table
from dashboard.text import NOTHING, count, duration, metric, moment, one_line, plain, size
from engine.events import Checkpoint
from engine.saving.start import FOLDER as START
from jobs.history import History, Record
from jobs.run import Run
from jobs.services import checkpoints, forks, runs
from jobs.services.checkpoints import Kept
from jobs.services.forks import Point

_WRITTEN_SHOWN = 20
_ROWS_SHOWN = 50


def draw_origin(run: Run) -> None:
    """Where a fork began, with the ways there; nothing for a run from step 0."""
    start = run.config.start
    if start is None:
        return
    try:
        parent = runs.get(services.yard(), start.run)
    except runs.UnknownRun:
        st.html(f'<p class="yard-from">Forked at {start.place()} of a run that is gone</p>')
        return
    name = escape(one_line(parent.name))
    # Not a page link: one that leads to the page it stands on is drawn as where one is.
    st.html(
        f'<p class="yard-from">Forked from <a href="run?id={parent.id}" target="_self">{name}</a> '
        f'at {start.place()} · <a href="compare?runs={parent.id},{run.id}" target="_self">'
        "Compare the two</a></p>"
    )


def origin(run: Run) -> Point | None:
    """The checkpoint that a fork began from, as it lies in its own folder."""
    if run.config.start is None:
        return None
    try:
        return forks.point(services.yard(), run, START)
    except runs.NotPossible:
        return None


def draw(run: Run, history: History) -> None:
    """What is on disk with its buttons, the forks there are, then all that was ever written."""
    look = checkpoints.look(services.yard(), run)
    found = look.found
    if look.trouble:
        st.caption(f":material/cloud_off: {plain(look.trouble)}. Shown is what is on this machine.")
    if look.behind:
        st.caption(f":material/cloud_upload: {plain(look.behind)}.")
    begun = forks.of(services.yard(), run.id)
    _draw_total(run, found)
    for place, kept in enumerate(found[:_ROWS_SHOWN]):
        _draw_kept(run, kept, forks.at(begun, kept), place)
    if begun:
        _draw_forks(begun)
    _draw_written(history.records(run.id, "checkpoint"))


def _draw_total(run: Run, found: Sequence[Kept]) -> None:
    if not found:
        try:
            checkpoints.find(services.yard(), run)
        except runs.NotPossible as why:
            st.caption(plain(str(why)))
        return
    whole = size(sum(each.bytes for each in found))
    st.caption(
        f"{count(len(found))} kept, {whole} in all. A run keeps its last two and those that "
        "are pinned; a fork is a new run that goes on from one, with changes."
    )


def _draw_kept(run: Run, kept: Kept, begun: Sequence[Run], place: int) -> None:
    row = st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"checkpoint-{place}"
    )
    with row:
        with st.container(gap=None, width="stretch"):
            chip = " :violet-badge[Pinned]" if kept.pinned else ""
            name = plain(kept.place()[:1].upper() + kept.place()[1:])
            st.markdown(f"**{name}**{chip}")
            st.caption(plain(" · ".join(_facts(kept, begun))))
        if not kept.begins:
            _draw_pin(run, kept)
        label = f"Fork from {kept.place()}"
        if st.button("Fork", key=f"fork.{kept.name}", icon=":material/fork_right:", help=label):
            navigation.go("launch", fork=run.id, at=kept.name)


def _facts(kept: Kept, begun: Sequence[Run]) -> list[str]:
    facts = [size(kept.bytes), f"written {moment(kept.written, st.context.timezone)}"]
    if not kept.here:
        facts.append("in the store")
    if kept.begins:
        facts.append("where this run began")
    elif kept.evaluated:
        facts.append("after its evaluation")
    if begun:
        facts.append("1 fork" if len(begun) == 1 else f"{len(begun)} forks")
    return facts


def _draw_pin(run: Run, kept: Kept) -> None:
    label, icon = ("Unpin", "keep_off") if kept.pinned else ("Pin", "keep")
    why = "It goes when newer ones come" if kept.pinned else "It stays when newer ones come"
    button = f"pin.{kept.name}"
    if st.button(label, key=button, icon=f":material/{icon}:", type="tertiary", help=why):
        trying(lambda: checkpoints.pin(run, kept, on=not kept.pinned))
        st.rerun()


def _draw_forks(begun: Sequence[Run]) -> None:
    st.markdown("###### Forks of this run")
    rows: list[list[Content]] = [
        [
            Cell(one_line(each.name), link=f"run?id={each.id}", strong=True),
            Cell(each.config.start.place() if each.config.start else NOTHING, number=True),
            each.status,
            Cell(count(each.step), number=True),
            Cell(_result(each), number=True),
            moment(each.created, st.context.timezone),
        ]
        for each in begun
    ]
    table(["Run", "From", "Status", "Step", "Best", "Launched"], rows)


def _result(run: Run) -> str:
    if run.result is None:
        return NOTHING
    name, value, _ = run.result
    return f"{name.rpartition('/')[2]} {metric(value)}"


def _draw_written(records: Sequence[Record]) -> None:
    """Every one that the run told of, the newest first; most are removed again."""
    found = [Checkpoint.model_validate(record.body) for record in records]
    if not found:
        return
    with st.expander("All that were written", key="written"):
        zone = st.context.timezone
        rows: list[list[Content]] = [
            [
                one_line(each.name),
                Cell(count(each.step), number=True),
                Cell(size(each.bytes), number=True),
                Cell(duration(each.seconds), number=True),
                moment(each.time, zone),
            ]
            for each in reversed(found[-_WRITTEN_SHOWN:])
        ]
        table(["Checkpoint", "Step", "Size", "Held up", "Written"], rows)
        if len(found) > _WRITTEN_SHOWN:
            st.caption(f"The last {_WRITTEN_SHOWN} of {count(len(found))}.")
