"""One widget per shape of field. Problems stand under their widget, changes beside its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.form.fields import Field
from dashboard.text import one_line, plain

_SEGMENTS = 4
_SEGMENT_EDGES = 4
_SEGMENT_LETTERS = 30
"""what a third of the form has room for; the edges of a segment take that of four letters"""
_NAME_LETTERS = 40
_LINES_PIXELS = 108
_NONE, _ALL = "none", "all"
"""what stands in an empty box of one name, and of several"""


def draw_leaf(field: Field, key: str, label: str, placeholder: str = "") -> None:
    """The widget of a plain field; its value is already in the session under `key`.

    It is said again as the widget's default: a browser that meets a widget in the middle of two
    drawings hears of the default alone, and would answer with 0.
    """
    hint, value = field.help or None, st.session_state[key]
    if field.shape == "switch":
        st.toggle(label, value, key=key, help=hint)
    elif field.shape == "whole":
        st.number_input(label, value=value, key=key, help=hint, step=1, format="%d")
    elif field.shape == "choice":
        draw_choice(label, field.options, key, hint)
    elif field.shape == "lines":
        st.text_area(label, value, key=key, help=hint, height=_LINES_PIXELS)
    elif field.shape == "numbers":
        st.text_input(label, value, key=key, help=f"{field.help}; separated by commas")
    else:
        st.text_input(label, value, key=key, help=hint, placeholder=placeholder)


def draw_named(field: Field, key: str, label: str, known: Mapping[str, str]) -> None:
    """A box of what there is to name, or several of it. What is named and not there stays in it:
    the sentence below says what is wrong.
    """
    value, hint = st.session_state[key], field.help or None
    if field.shape == "names":
        options = list(dict.fromkeys([*known, *value]))
        st.multiselect(
            label,
            options,
            value,
            key=key,
            help=hint,
            format_func=lambda name: known.get(name, name),
            placeholder=_ALL,
        )
        return
    options = list(dict.fromkeys(["", *known, value]))
    st.selectbox(
        label,
        options,
        options.index(value),
        key=key,
        help=hint,
        format_func=lambda name: known.get(name, name[:_NAME_LETTERS]) or _NONE,
    )


def draw_choice(label: str, options: Sequence[Any], key: str, hint: str | None) -> None:
    """A few short options as segments, more of them as a select box."""
    names = [str(option) for option in options]
    value = st.session_state[key] if st.session_state[key] in options else options[0]
    room = sum(len(name) + _SEGMENT_EDGES for name in names)
    if len(names) <= _SEGMENTS and room <= _SEGMENT_LETTERS:
        st.segmented_control(
            label,
            options,
            default=value,
            key=key,
            help=hint,
            required=True,
            format_func=choice_name,
        )
    else:
        place = options.index(value)
        st.selectbox(label, options, place, key=key, help=hint, format_func=choice_name)


def choice_name(value: object) -> str:
    """`early_stop` → `early stop`; numbers as they are."""
    return str(value).replace("_", " ")


def complaints(sentences: Sequence[str], key: str) -> None:
    """The sentences under a widget; `key` gives them a place that tests and CSS can find."""
    if sentences:
        with st.container(key=f"problem.{key}", gap=None):
            for sentence in sentences:
                st.caption(f":red[{plain(sentence)}]")


def changed_label(label: str, before: Any, now: Any) -> str:
    """The label, with what the setting was before when it is another now."""
    if before == now:
        return label
    return f"{label} :small[:primary[was {plain(one_line(_said(before))[:24])}]]"


def _said(value: Any) -> str:
    # By type: 0 and 1 are equal to False and True, but a seed of 0 is not off.
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "all"
    return "empty" if value == "" else str(value)
