"""One widget per shape of field. Problems stand under their widget, changes beside its label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.form.fields import Field
from dashboard.text import one_line, plain

_SEGMENTS = 4
_SEGMENT_LETTERS = 26


def draw_leaf(field: Field, key: str, label: str, placeholder: str = "") -> None:
    """The widget of a plain field; its value is already in the session under `key`."""
    hint = field.help or None
    if field.shape == "switch":
        st.toggle(label, key=key, help=hint)
    elif field.shape == "whole":
        st.number_input(label, key=key, help=hint, step=1, format="%d")
    elif field.shape == "choice":
        draw_choice(label, field.options, key, hint)
    elif field.shape == "numbers":
        st.text_input(label, key=key, help=f"{field.help}; separated by commas")
    else:
        st.text_input(label, key=key, help=hint, placeholder=placeholder)


def draw_choice(label: str, options: Sequence[Any], key: str, hint: str | None) -> None:
    """A few short options as segments, more of them as a select box."""
    names = [str(option) for option in options]
    if len(names) <= _SEGMENTS and sum(map(len, names)) <= _SEGMENT_LETTERS:
        st.segmented_control(
            label, options, key=key, help=hint, required=True, format_func=choice_name
        )
    else:
        st.selectbox(label, options, key=key, help=hint, format_func=choice_name)


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
    return "empty" if value == "" else str(value)
