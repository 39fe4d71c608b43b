"""The samples a model is most wrong about: small pictures, cards of text, or rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.table import Cell, Content, table
from dashboard.text import metric, number, one_line
from engine.events import Example
from engine.png import Pixels, encoded

_SHOWN_LETTERS = 400
_LONG_NAME = 24
"""letters of a truth above which it is a text by itself, e.g. a translation"""


def draw(worst: Sequence[Example]) -> None:
    """Nothing when there is none."""
    if not worst:
        return
    st.html("<h5>Worst samples</h5>")
    if any(each.pixels for each in worst):
        st.html(_cards([_picture(each) for each in worst], "yard-pictures"))
    elif any(each.text for each in worst):
        st.html(_cards([_text(each) for each in worst], "yard-cards"))
    else:
        _rows(worst)
    st.caption(
        "What is true → what was predicted. The highest loss first; # is the row in the data."
    )


def _cards(cards: Sequence[str], name: str) -> str:
    return f'<div class="{name}">{"".join(cards)}</div>'


def _picture(each: Example) -> str:
    """The pixels, below them what it is and what it was taken for."""
    answer = f"true {escape(each.truth)}, predicted {escape(each.prediction)}"
    image = f'<img src="{png(each.pixels)}" alt="{answer}">' if each.pixels else ""
    return f"<figure>{image}<figcaption>{_answer(each)}{_small(each)}</figcaption></figure>"


def _text(each: Example) -> str:
    shown = each.text if len(each.text) <= _SHOWN_LETTERS else f"{each.text[:_SHOWN_LETTERS]}…"
    return (
        f"<article><p>{escape(shown)}</p><footer>{_answer(each)}{_small(each)}</footer></article>"
    )


def _answer(each: Example) -> str:
    """What it is, and what the model said; long ones below each other."""
    truth, said = escape(one_line(each.truth)), escape(one_line(each.prediction))
    if max(len(each.truth), len(each.prediction)) > _LONG_NAME:
        return f"<b>{truth}</b><br><i>{said}</i>"
    return f"<b>{truth}</b> <span>→</span> <i>{said}</i>"


def _small(each: Example) -> str:
    return f"<small>loss {metric(each.loss, 3)} · #{each.place:,}</small>"


def _rows(worst: Sequence[Example]) -> None:
    """One row a sample, its features behind what was said of it."""
    names = list(dict.fromkeys(name for each in worst for name in each.features))
    head = ["#", "True", "Predicted", "Loss", *names]
    rows: list[list[Content]] = [
        [
            Cell(f"{each.place:,}"),
            Cell(one_line(each.truth), strong=True),
            Cell(one_line(each.prediction)),
            Cell(metric(each.loss, 3), number=True),
            *(feature(each, name) for name in names),
        ]
        for each in worst
    ]
    table(head, rows)


def feature(each: Example, name: str) -> Cell:
    """One feature of a sample of a table; empty where it has none of that name."""
    value = each.features.get(name)
    if isinstance(value, str):
        return Cell(one_line(value))
    return Cell("" if value is None else number(value), number=True)


def png(pixels: Pixels) -> str:
    """The address of a picture of these pixels, for an `<img>`."""
    return f"data:image/png;base64,{encoded(pixels)}"
