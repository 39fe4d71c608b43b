"""A file that has arrived: what Trainyard takes it for, what would be lost, and what to keep."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import navigation, services
from dashboard.attendants import Look
from dashboard.tables import choices, facts, images, lines
from dashboard.tables.waiting import PATIENCE_SECONDS, wait
from dashboard.text import count, finished, one_line, plain, size
from engine.data.folders import ImageFacts
from engine.data.lines import CorpusFacts, PairFacts
from engine.data.own.facts import Facts, parse_facts
from engine.data.tables import TableFacts
from engine.data.tables.personal import looks_personal
from jobs.data_sets import DataSets
from jobs.data_sets.attendant import Order
from jobs.data_sets.data_set import LONGEST_NAME
from jobs.data_sets.incoming import Incoming, Upload

_MOST_LOSSES = 50
_TABLE = "Keep this table"
_KEEP = {
    "images": "Keep these images",
    "corpus": "Keep this corpus",
    "pairs": "Keep these pairs",
    "texts": "Keep these texts",
}


def draw(upload: Upload) -> None:
    """From the first byte read to the data set that is kept."""
    with st.container(key="head"):
        st.markdown(f"# {plain(upload.name)}")
        st.caption(f"{size(upload.bytes)}, not kept yet")
    order = choices.order_of(upload)
    found = services.attendants().look(order)
    if not found.wait(PATIENCE_SECONDS):
        wait(order, "Reading the file", partial(_leave, upload, order))
    elif found.refused:
        _refused(upload, order, found.refused)
    else:
        _found(upload, order, found)


def _refused(upload: Upload, order: Order, sentence: str) -> None:
    with st.container(border=True, key="trouble"):
        st.markdown(":material/block: **This file is not kept as it is**")
        st.text(finished(one_line(sentence)))
    choices.reading(upload, order, None)
    if st.button("Leave this file", key="leave", icon=":material/delete:"):
        _leave(upload, order)


def _found(upload: Upload, order: Order, found: Look) -> None:
    assert found.read is not None
    read = parse_facts(found.read["facts"])
    left, right = st.columns((1.7, 1.0), gap="large")
    with right, st.container(key="aside"):
        _keep(upload, order, found, read)
        if isinstance(read, TableFacts):
            _privacy(upload, order, read)
    with left:
        if isinstance(read, ImageFacts):
            st.markdown(images.summary(read))
            images.losses(read)
            images.draw(read, found.read["pictures"])
        elif isinstance(read, CorpusFacts | PairFacts):
            st.markdown(lines.summary(read))
            lines.losses(read)
            lines.draw(read, found.read["lines"])
            choices.reading(upload, order, read)
        else:
            _table(upload, order, read, found.read["rows"])


def _table(
    upload: Upload, order: Order, table: TableFacts, rows: Sequence[Sequence[str | None]]
) -> None:
    st.markdown(facts.summary(table))
    _losses(table)
    facts.columns(table)
    st.markdown("#### First rows")
    facts.rows(table, rows)
    if table.format != "texts":
        choices.reading(upload, order, table)


def _losses(table: TableFacts) -> None:
    """Every conversion that loses something, before it is accepted."""
    for note in table.notes:
        st.caption(f":material/info: {plain(note)}")
    if not table.losses:
        return
    with st.container(border=True, key="losses"):
        st.markdown(":material/warning: **Reading it like this loses something**")
        for loss in table.losses[:_MOST_LOSSES]:
            cells = f"{count(loss.count)} cell{'' if loss.count == 1 else 's'}"
            st.markdown(f"{plain(loss.column)}: {plain(loss.sentence)} ({cells})")
        if len(table.losses) > _MOST_LOSSES:
            st.caption(f"And {count(len(table.losses) - _MOST_LOSSES)} more.")
        if table.format != "texts":
            st.caption("Choose text as the type of a column to keep it as it stands in the file.")


def _keep(upload: Upload, order: Order, found: Look, read: Facts) -> None:
    """The name and the button."""
    _known(str((found.read or {})["digest"]))
    label = "Accept what is lost, and keep" if _loses(read) else _KEEP.get(read.format, _TABLE)
    name = st.text_input(
        "Name",
        value=Path(upload.name).stem[:LONGEST_NAME],
        max_chars=LONGEST_NAME,
        key=f"name.{upload.id}",
        help="What has a name that is taken becomes its next version.",
    )
    if st.button(label, key="keep", type="primary", width="stretch", icon=":material/check:"):
        if kept := found.keep(name):
            Incoming(services.yard().home.data).remove(upload.id)
            choices.forget(upload)
            navigation.go("data", id=kept)
        st.caption(f":red[{plain(found.not_kept or 'It takes long; press again in a moment.')}]")
    if st.button("Leave this file", key="leave", width="stretch"):
        _leave(upload, order)


def _loses(read: Facts) -> bool:
    match read:
        case ImageFacts():
            return bool(read.lost)
        case PairFacts():
            return bool(read.left_out)
        case CorpusFacts():
            return False
    return bool(read.losses)


def _known(digest: str) -> None:
    """Says so where this very file was kept before."""
    known = DataSets.of(services.yard()).with_digest(digest)
    if known:
        st.caption(":material/info: The same data are here already:")
        navigation.link(
            f"{plain(known[0].name)}, version {known[0].version}", "data", id=known[0].id
        )


def _privacy(upload: Upload, order: Order, table: TableFacts) -> None:
    st.markdown("#### Privacy")
    for column in table.columns:
        what = looks_personal(column.name, column.kind, column.examples)
        if what and column.name not in order.hash:
            st.caption(
                f":orange[:material/privacy_tip: {plain(column.name)} looks like {plain(what)}.]"
            )
    choices.privacy(upload, order, table)


def _leave(upload: Upload, order: Order) -> None:
    services.attendants().end(order)
    Incoming(services.yard().home.data).remove(upload.id)
    navigation.go("data")
