"""Draws a `Spec` class as widgets, by its types only: a new class or setting appears by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.form import widgets
from dashboard.form.draft import SWITCH, choice, join, typed
from dashboard.form.fields import Field, fields, kind_of, summary, title
from dashboard.form.offer import Offer
from dashboard.form.session import Sheet
from dashboard.form.state import State, give
from dashboard.text import plain
from engine.spec import Spec


@dataclass
class Pen:
    """What drawing needs: the draft, what stands and fits of it, and texts for empty fields."""

    state: State
    sheet: Sheet
    placeholders: Mapping[str, str] = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)

    def give(self, key: str, value: Any) -> None:
        """The value a widget is about to show."""
        give(st.session_state, self.state, key, self.state.draft.setdefault(key, value))

    def complain(self, path: str, key: str) -> None:
        """The sentences that belong to `path`, once."""
        self.drawn.add(path)
        widgets.complaints(self.sheet.problems.get(path, ()), key)


def draw_sections(pen: Pen, spec: type[Spec]) -> None:
    """The whole form: plain settings first, then one bordered section per group or union."""
    everything = list(fields(spec))
    _draw_leaves(pen, [item for item in everything if _is_leaf(item)], "", "")
    for item in everything:
        if not _is_leaf(item):
            with st.container(border=True, key=f"section.{item.name}"):
                st.markdown(f"#### {_label(pen, item, item.name)}")
                _draw_branch(pen, item, item.name, item.name, heading="")


def _draw_fields(pen: Pen, spec: type[Spec], path: str, key: str) -> None:
    """Common settings first, then groups, the rare ones under “More”."""
    everything = list(fields(spec))
    common = [item for item in everything if not item.rare]
    rare = [item for item in everything if item.rare]
    _draw_mixed(pen, common, path, key)
    if rare:
        with st.expander("More", key=f"more.{key}", expanded=_needs_eyes(pen, rare, path)):
            _draw_mixed(pen, rare, path, key)


def _draw_mixed(pen: Pen, items: Sequence[Field], path: str, key: str) -> None:
    _draw_leaves(pen, [item for item in items if _is_leaf(item)], path, key)
    for item in items:
        if not _is_leaf(item):
            at, place = join(path, item.name), join(key, item.name)
            _draw_branch(pen, item, at, place, heading=item.label)


def _draw_leaves(pen: Pen, items: Sequence[Field], path: str, key: str) -> None:
    """Two in a row on wide screens; Streamlit stacks them on a phone."""
    for start in range(0, len(items), 2):
        pair = items[start : start + 2]
        for item, column in zip(pair, st.columns(2 if path else 1), strict=False):
            with column:
                _draw_leaf(pen, item, join(path, item.name), join(key, item.name))


def _draw_leaf(pen: Pen, item: Field, path: str, key: str) -> None:
    if item.optional and not _draw_switch(pen, item, key):
        pen.complain(path, key)
        return
    pen.give(key, typed(item, item.example if item.default is None else item.default))
    label = item.label if item.optional else _label(pen, item, key)
    widgets.draw_leaf(item, key, label, pen.placeholders.get(path, ""))
    pen.complain(path, key)


def _draw_switch(pen: Pen, item: Field, key: str) -> bool:
    """The toggle before an optional setting; says whether the setting is on."""
    switch = join(key, SWITCH)
    pen.give(switch, item.default is not None)
    before, now = pen.state.base.get(switch), pen.state.draft[switch]
    label = widgets.changed_label(item.label, now if before is None else before, now)
    return bool(st.toggle(label, key=switch, help=item.help or None))


def _draw_branch(pen: Pen, item: Field, path: str, key: str, heading: str) -> None:
    """A group or a union with its own fields below it."""
    if item.optional and not _draw_switch(pen, item, key):
        pen.complain(path, key)
        return
    if heading and not item.optional:
        st.caption(f"**{heading}**")
    if item.shape == "union":
        chosen = _draw_union(pen, item, path, key)
        _draw_fields(pen, chosen, path, join(key, kind_of(chosen)))
    else:
        pen.complain(path, key)
        _draw_fields(pen, item.options[0], path, key)


def _draw_union(pen: Pen, item: Field, path: str, key: str) -> type[Spec]:
    """The select box of the kinds that fit, the docstring of the chosen one, and the reasons."""
    found = pen.sheet.offers.get(path, Offer(item.options))
    kinds = {kind_of(option): option for option in found.fitting}
    chosen = choice(item, pen.sheet.stands, key)
    give(st.session_state, pen.state, key, kind_of(chosen))
    st.selectbox(
        _label(pen, item, key),
        list(kinds),
        key=key,
        format_func=lambda kind: title(kinds[kind]) if kind in kinds else kind,
        label_visibility="collapsed",
    )
    st.caption(plain(summary(chosen)))
    pen.complain(path, key)
    for option, reason in found.refused:
        st.caption(f":gray[:material/block: {plain(title(option))}: {plain(reason)}]")
    return chosen


def _label(pen: Pen, item: Field, key: str) -> str:
    before = pen.state.base.get(key)
    now = pen.state.draft.get(key)
    return widgets.changed_label(item.label, now if before is None else before, now)


def _is_leaf(item: Field) -> bool:
    return item.shape not in ("group", "union")


def _needs_eyes(pen: Pen, items: Sequence[Field], path: str) -> bool:
    paths = [join(path, item.name) for item in items]
    return any(at == name or at.startswith(f"{name}.") for at in pen.sheet.problems for name in paths)
