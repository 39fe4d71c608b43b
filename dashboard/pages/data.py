"""Data: bring a file, look at it, keep it; all that is kept, and what comes along."""

from __future__ import annotations

import streamlit as st

from dashboard import navigation, services
from dashboard.components.drop import drop
from dashboard.tables import addresses, catalogue, look, own, review
from jobs.data_sets import DataSets, UnknownDataSet
from jobs.data_sets.incoming import Incoming

ACCEPTS = ".csv,.tsv,.txt,.text,.md,.parquet,.xlsx,.jsonl,.ndjson,.json,.zip"
_HINT = (
    "A table (CSV, TSV, Parquet, Excel, JSON lines); a zip of images or of texts with a folder for "
    "each class; a text to write like; a zip of two texts, line by line. It stays on this machine."
)


def page() -> None:
    """`/data`; `/data?upload=<id>` is a file that is read, `/data?id=<id>` one that is kept."""
    upload, table = st.query_params.get("upload"), st.query_params.get("id")
    if upload:
        _review(upload)
    elif table:
        _look(table)
    else:
        _all()


def _all() -> None:
    with st.container(key="head"):
        st.markdown("# Data")
    services.attendants().warm_up()
    arrived = drop("drop", ACCEPTS, _HINT)
    if arrived:
        navigation.go("data", upload=arrived)
    addresses.draw()
    own.draw(DataSets.of(services.yard()).list())
    catalogue.draw()


def _review(upload_id: str) -> None:
    upload = Incoming(services.yard().home.data).find(upload_id)
    if upload is None:
        services.trouble(
            "This file is not here any more",
            "It was kept, left, or nobody looked at it for a day. Drop it again.",
        )
        navigation.link("All data", "data", icon=":material/arrow_back:")
        return
    review.draw(upload)


def _look(data_set_id: str) -> None:
    try:
        found = DataSets.of(services.yard()).get(data_set_id)
    except UnknownDataSet:
        services.trouble(
            "This data set is not here any more", "It was deleted. What runs learned from it stays."
        )
        navigation.link("All data", "data", icon=":material/arrow_back:")
        return
    look.draw(found)
