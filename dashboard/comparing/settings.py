"""The settings of all runs side by side: what differs, or everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import streamlit as st

from dashboard.comparing.subject import Subject
from dashboard.components.sheet import Cell, Column, sheet
from dashboard.form.fields import fields, summary
from dashboard.panels.configuration import shown
from dashboard.text import NOTHING, one_line
from engine.spec import Spec
from jobs.comparison.differences import Setting, compared, flat, spoken


def draw(subject: Subject) -> None:
    """Only what differs, until all is asked for; what is not as in most runs is marked."""
    everything = st.toggle("All settings", key="everything", bind="query-params")
    found = compared({run.id: flat(run.given) for run in subject.runs})
    rows = [each for each in found if everything or each.differs]
    if not rows:
        st.caption("These runs have the same settings.")
        return
    told = {
        path: text for run in subject.runs if run.script is None for path, text in helps(run.config)
    }
    columns = [Column("Setting"), *(_column(subject, index) for index in range(len(subject.runs)))]
    cells = [[_head(each, told), *_cells(subject, each)] for each in rows]
    sheet("settings", columns, cells, key="settings", sorts=False)


def helps(spec: Spec, prefix: str = "") -> Iterator[tuple[str, str]]:
    """What each setting is, as its own declaration says it, by its path."""
    for field in fields(type(spec)):
        path = f"{prefix}{field.name}"
        value = getattr(spec, field.name)
        yield path, field.help or (summary(type(value)) if isinstance(value, Spec) else "")
        if isinstance(value, Spec):
            yield from helps(value, f"{path}.")


def _column(subject: Subject, index: int) -> Column:
    run = subject.runs[index]
    name = one_line(run.name)
    return Column(
        name, subject.names[run.id], colour=subject.colour(run.id), dash=subject.dash(run.id)
    )


def _head(setting: Setting, told: dict[str, str]) -> Cell:
    text = spoken(setting.path)
    return Cell(text[:1].upper() + text[1:], help=told.get(setting.path, ""))


def _cells(subject: Subject, setting: Setting) -> Iterator[Cell]:
    """Numbers stand below each other; of two values the rarer one is marked, of many none is usual
    and none is marked.
    """
    usual = _usual(setting)
    numbers = all(_is_number(value) for value in setting.values.values())
    for run in subject.runs:
        if run.id not in setting.values:
            yield Cell(NOTHING, number=numbers)
            continue
        value = setting.values[run.id]
        mark = setting.differs and usual is not None and repr(value) != usual
        yield Cell(shown(value), number=numbers, mark=mark)


def _usual(setting: Setting) -> str | None:
    """The value that more than half of the runs have; of two runs, that of the first."""
    values = [repr(value) for value in setting.values.values()]
    if len(values) == 2:
        return values[0]
    value, number = Counter(values).most_common(1)[0]
    return value if 2 * number > len(values) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
