"""Draws a `Spec` class as widgets, by its types only: a new class or setting appears by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.form import widgets
from dashboard.form.draft import SWITCH, choice, join, typed
from dashboard.form.fields import kind_of, summary, title
from dashboard.form.offer import Offer
from dashboard.form.places import Place, groups, places
from dashboard.form.session import Sheet
from dashboard.form.state import State, give
from dashboard.form.topics import topic
from dashboard.text import finished, plain
from engine.data.card import Card
from engine.spec import Spec

_IN_A_ROW = 3
_NAMED = 4
"""kinds named among those that are not offered"""


@dataclass
class Pen:
    """What drawing needs: the draft, what stands and fits of it, and texts for empty fields."""

    state: State
    sheet: Sheet
    placeholders: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """what settings that name something may name: by list, each value and what people call it"""
    drawn: set[str] = field(default_factory=set)

    def give(self, key: str, value: Any) -> None:
        """The value a widget is about to show."""
        give(st.session_state, self.state, key, self.state.draft.setdefault(key, value))

    def complain(self, path: str, key: str) -> None:
        """The sentences that belong to `path`, once."""
        if path not in self.drawn:
            self.drawn.add(path)
            widgets.complaints(self.sheet.problems.get(path, ()), key)

    def remark(self, path: str) -> None:
        """What the settings at `path` amount to, as far as they stand."""
        found: Any = self.state.anchor
        for name in path.split("."):
            found = getattr(found, name, None)
        if isinstance(found, Spec) and (text := found.remark()):
            st.caption(f":material/info: {plain(finished(text))}")

    def label(self, key: str, label: str) -> str:
        """The label, with what the setting was before when it has been changed."""
        before, now = self.state.base.get(key), self.state.draft.get(key)
        return widgets.changed_label(label, now if before is None else before, now)


def draw_sections(pen: Pen, spec: type[Spec]) -> None:
    """The whole form: plain settings first, then one bordered section per group or union, at the
    end what few people set.
    """
    everything = list(places(spec))
    rare = [place for place in everything if place.field.rare]
    for place in everything:
        if not place.is_branch and place not in rare:
            _draw_leaf(pen, place)
    for place in everything:
        if place.is_branch and place not in rare:
            with st.container(border=True, key=f"section.{place.key}"):
                _draw_section(pen, place)
    for place in rare:
        with st.expander(place.label, key=f"more.{place.key}", expanded=_needs_eyes(pen, [place])):
            _draw_leaf(pen, place)


def _draw_section(pen: Pen, place: Place) -> None:
    """The heading, beside it the kind, below them the fields."""
    if place.field.shape == "union":
        left, right = st.columns([1, 2], vertical_alignment="center")
        with left:
            st.markdown(f"#### {pen.label(place.key, place.label)}")
        with right:
            chosen = _draw_union(pen, place)
        _explain(pen, place, chosen)
        _draw_fields(pen, chosen, place.path, join(place.key, kind_of(chosen)))
    else:
        st.markdown(f"#### {place.label}")
        pen.complain(place.path, place.key)
        _draw_fields(pen, place.field.options[0], place.path, place.key)


def _draw_fields(pen: Pen, spec: type[Spec], path: str, key: str) -> None:
    """Common settings first, the rare ones under “More”."""
    everything = list(places(spec, path, key))
    rare = [place for place in everything if place.field.rare]
    _draw_rows(pen, [place for place in everything if not place.field.rare])
    for group in groups(spec, path):
        pen.complain(group, group)
        pen.remark(group)
    if rare:
        with st.expander(
            "More", key=f"more.{key}", expanded=_needs_eyes(pen, rare), type="compact"
        ):
            _draw_rows(pen, rare)


def _draw_rows(pen: Pen, found: Sequence[Place]) -> None:
    """Fields in rows of three, then switches in rows of three; a phone stacks them."""
    leaves = [place for place in found if not place.is_branch]
    fields = [place for place in leaves if not place.is_switch]
    switches = [place for place in leaves if place.is_switch]
    for row in (*_rows(fields), *_rows(switches)):
        for place, column in zip(row, st.columns(max(_IN_A_ROW, len(row))), strict=False):
            with column:
                _draw_leaf(pen, place)
    for place in found:
        if place.is_branch:
            _draw_branch(pen, place)


def _rows(found: Sequence[Place]) -> list[Sequence[Place]]:
    """Threes, but a lone fourth one joins its row."""
    if len(found) == _IN_A_ROW + 1:
        return [found]
    return [found[start : start + _IN_A_ROW] for start in range(0, len(found), _IN_A_ROW)]


def _draw_leaf(pen: Pen, place: Place) -> None:
    item, key = place.field, place.key
    if item.optional and not _draw_switch(pen, place):
        pen.complain(place.path, key)
        return
    pen.give(key, typed(item, item.example if item.default is None else item.default))
    label = pen.label(key, place.label)
    if item.one_of:
        widgets.draw_named(item, key, label, pen.lists.get(item.one_of, {}))
    else:
        widgets.draw_leaf(item, key, label, pen.placeholders.get(place.path, ""))
    pen.complain(place.path, key)


def _draw_switch(pen: Pen, place: Place) -> bool:
    """The toggle before an optional setting; says whether the setting is on."""
    switch = join(place.key, SWITCH)
    pen.give(switch, place.field.default is not None)
    label = pen.label(switch, place.label)
    on = bool(st.session_state[switch])
    return bool(st.toggle(label, on, key=switch, help=place.field.help or None))


def _draw_branch(pen: Pen, place: Place) -> None:
    """A union inside a section, or a group that can be switched off."""
    if place.field.optional and not _draw_switch(pen, place):
        pen.complain(place.path, place.key)
        return
    if place.field.shape == "union":
        if not place.field.optional:
            st.caption(f"**{place.label}**")
        chosen = _draw_union(pen, place)
        _explain(pen, place, chosen)
        _draw_fields(pen, chosen, place.path, join(place.key, kind_of(chosen)))
    else:
        pen.complain(place.path, place.key)
        _draw_fields(pen, place.field.options[0], place.path, place.key)


def _draw_union(pen: Pen, place: Place) -> type[Spec]:
    """The select box of the kinds that fit; says which class stands."""
    found = pen.sheet.offers.get(place.path, Offer(place.field.options))
    kinds = {kind_of(option): option for option in found.fitting}
    chosen = choice(place.field, pen.sheet.stands, place.key)
    pen.state.draft.setdefault(place.key, kind_of(chosen))
    give(st.session_state, pen.state, place.key, kind_of(chosen))
    st.selectbox(
        place.label,
        list(kinds),
        list(kinds).index(kind_of(chosen)) if kind_of(chosen) in kinds else 0,
        key=place.key,
        format_func=lambda kind: _named(kinds[kind]) if kind in kinds else kind,
        label_visibility="collapsed",
    )
    return chosen


def _named(option: type[Spec]) -> str:
    """The title; of a data set also what can be learned from it, for there are many."""
    facts = getattr(option, "facts", None)
    return f"{title(option)} · {topic(facts).lower()}" if isinstance(facts, Card) else title(option)


def _explain(pen: Pen, place: Place, chosen: type[Spec]) -> None:
    """What the chosen kind is, what is wrong with it, and why others are not offered."""
    st.caption(plain(summary(chosen)))
    pen.complain(place.path, place.key)
    refused = pen.sheet.offers.get(place.path, Offer(())).refused
    if refused:
        reasons = "\n".join(f"- {plain(_why(reason))}" for _, reason in refused)
        st.caption(
            f"Not offered: {_listed([title(option) for option, _ in refused])}", help=reasons
        )


def _listed(names: Sequence[str]) -> str:
    """A few names, and how many more."""
    more = len(names) - _NAMED
    shown = names if more <= 1 else [*names[:_NAMED], f"{more} more"]
    return ", ".join(map(plain, shown))


def _why(reason: str) -> str:
    """Without the advice at its end: what fits is what the box offers."""
    return finished(reason.partition(";")[0])


def _needs_eyes(pen: Pen, found: Sequence[Place]) -> bool:
    """Whether a problem would be hidden in a closed “More”."""
    paths = tuple(f"{place.path}." for place in found)
    return any(f"{path}.".startswith(paths) for path in pen.sheet.problems)
