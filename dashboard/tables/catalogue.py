"""The data sets that come along: what each is for, where it is from, under which licence."""

from __future__ import annotations

import streamlit as st

from dashboard.form.topics import topic
from dashboard.table import Cell, Content, table
from dashboard.text import NOTHING, count
from engine.data.card import Card
from engine.data.catalogue import built_in

_TASKS = {"seq2seq": "translation"}
_TIMES = "\u00d7"


def draw() -> None:
    """A table for each kind of data."""
    st.markdown("#### Data sets that come along")
    st.caption("Ready to be trained with; each is chosen as Data on the Launch page.")
    groups: dict[str, list[list[Content]]] = {}
    for kind, source in built_in().items():
        card = source().card
        groups.setdefault(topic(card), []).append(_row(kind, source.title, card))
    for tab, rows in zip(st.tabs(list(groups)), groups.values(), strict=True):
        with tab:
            table(["Name", "Task", "Samples", "Shape", "Classes", "Source", "Licence"], rows)


def _row(kind: str, title: str, card: Card) -> list[Content]:
    task = _TASKS.get(card.task, card.task.replace("_", " "))
    return [
        Cell(title, note=kind),
        task.capitalize(),
        Cell(count(card.samples), number=True),
        f" {_TIMES} ".join(str(each) for each in card.shape),
        Cell(str(len(card.classes)) if card.classes else NOTHING, number=True),
        card.source,
        card.licence,
    ]
