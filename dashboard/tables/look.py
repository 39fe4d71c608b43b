"""A data set that is kept: what is there, how it looks, and what can be done with it."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from dashboard import navigation, services
from dashboard.tables import facts, images, lines, measured
from dashboard.text import finished, moment, plain, size
from engine.data.folders import ImageFacts
from engine.data.lines import CorpusFacts, PairFacts
from engine.data.tables import TableFacts
from jobs.data_sets import DataSet, DataSetError, DataSets
from jobs.data_sets.data_set import LONGEST_NAME
from jobs.data_sets.lines import first_lines
from jobs.data_sets.preview import first_rows
from jobs.data_sets.thumbnails import thumbnails

_ROWS = 20
_LINES = 60


def draw(found: DataSet) -> None:
    """The page of one version."""
    sets = DataSets.of(services.yard())
    with st.container(key="head"):
        _head(found)
        _actions(found, sets)
    _versions(found, sets)
    try:
        known = found.facts
    except DataSetError as error:
        services.trouble("The data are not where they should be", str(error))
        return
    if isinstance(known, ImageFacts):
        _images(found, known)
    elif isinstance(known, CorpusFacts | PairFacts):
        _written(found, known)
    else:
        _table(found, known)


def _table(found: DataSet, table: TableFacts) -> None:
    st.markdown(facts.summary(table))
    overview, rows = st.tabs(["Profile", "Rows"])
    with overview:
        measured.draw(found, table)
    with rows:
        _rows(found, table)


def _images(found: DataSet, known: ImageFacts) -> None:
    st.markdown(images.summary(known))
    images.losses(known)
    try:
        pictures = thumbnails(found.folder)
    except OSError as error:
        pictures = []
        said = finished(f"the small pictures cannot be read: {error.strerror}")
        st.caption(f":red[{plain(said)}]")
    images.draw(known, pictures)


def _written(found: DataSet, known: CorpusFacts | PairFacts) -> None:
    st.markdown(lines.summary(known))
    lines.losses(known)
    try:
        first = first_lines(found.folder, known, _LINES)
    except OSError as error:
        first = []
        st.caption(f":red[{plain(finished(f'the lines cannot be read: {error.strerror}'))}]")
    lines.draw(known, first)


def _head(found: DataSet) -> None:
    st.markdown(f"# {plain(found.name)}")
    zone = st.context.timezone
    kept = "" if found.original else ", without the file as it came"
    said = f"Version {found.version}, {found.file_name}, {size(found.bytes)}, added "
    st.caption(plain(f"{said}{moment(found.created, zone)}{kept}"))
    for names, what in ((found.dropped, "left out"), (found.hashed, "kept only as hashes")):
        if names:
            st.caption(f":material/lock: {plain(', '.join(names))}: {what}")


def _actions(found: DataSet, sets: DataSets) -> None:
    with st.container(horizontal=True, key="actions"):
        if st.button("Train on it", key="train", type="primary", icon=":material/play_arrow:"):
            navigation.go("launch", **_aim(found))
        if found.original:
            address = f"downloads?{urlencode({'id': found.id})}"
            st.link_button("Download", address, icon=":material/download:")
        with st.popover("Rename", icon=":material/edit:", key="rename"):
            _rename(found, sets)
        with st.popover("Delete", icon=":material/delete:", key="delete"):
            _delete(found, sets)


def _aim(found: DataSet) -> dict[str, str]:
    """What the form is to begin with."""
    if found.format in ("images", "corpus", "pairs"):
        return {found.format: found.id}
    query = {"table": found.id}
    if found.format == "texts":
        query |= {"target": "label", "text": "text"}
    if target := st.session_state.get(measured.key_of(found)):
        query["target"] = str(target)
    return query


def _rename(found: DataSet, sets: DataSets) -> None:
    name = st.text_input("New name", found.name, max_chars=LONGEST_NAME, key="new_name")
    if not st.button("Rename this version", key="rename_now"):
        return
    try:
        sets.rename(found, name)
    except DataSetError as error:
        st.caption(f":red[{plain(str(error))}]")
    else:
        st.rerun()


def _delete(found: DataSet, sets: DataSets) -> None:
    st.markdown(
        f"Delete **{plain(found.name)}**, version {found.version}? Runs that learned from it keep "
        "their curves and results; they cannot be trained again without it."
    )
    if not st.button("Delete it", key="delete_now", type="primary"):
        return
    try:
        sets.delete(found)
    except DataSetError as error:
        st.caption(f":red[{plain(str(error))}]")
    else:
        navigation.go("data")


def _versions(found: DataSet, sets: DataSets) -> None:
    """The other versions of this name, to go to."""
    others = sets.versions(found.name)
    if len(others) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="versions"):
        st.caption("Versions", width="content")
        for each in others[:20]:
            if each.id == found.id:
                st.markdown(f"**{each.version}**", width="content")
            else:
                navigation.link(str(each.version), "data", id=each.id)


def _rows(found: DataSet, table: TableFacts) -> None:
    try:
        facts.rows(table, first_rows(found.folder, _ROWS))
    except OSError as error:
        st.caption(f":red[{plain(finished(f'the rows cannot be read: {error.strerror}'))}]")
    facts.columns(table)
