"""The settings of a run: as a table by group, as JSON, as a command line, and as a difference."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.form.fields import KIND, fields, title
from dashboard.table import Cell, Content, table
from dashboard.text import NOTHING, number, one_line
from engine.config import RunConfig
from engine.settings.plan import Change
from engine.spec import Spec
from jobs.services.forks import Point

Setting = tuple[str, Any, Any]
"""dotted path without kinds, value, default of its class"""


def settings(spec: Spec, prefix: str = "", default: Spec | None = None) -> Iterator[Setting]:
    """Every setting of `spec`, depth first; the default of a kind is that of its own class."""
    if KIND in type(spec).model_fields:
        yield prefix, getattr(spec, KIND), getattr(default, KIND, None)
    standard = type(spec)() if default is None or type(default) is not type(spec) else default
    for field in fields(type(spec)):
        path = f"{prefix}.{field.name}" if prefix else field.name
        value, usual = getattr(spec, field.name), getattr(standard, field.name)
        if isinstance(value, Spec):
            yield from settings(value, path, usual if isinstance(usual, Spec) else None)
        else:
            yield path, value, usual


def changed(config: RunConfig, base: RunConfig | None = None) -> list[tuple[str, Any]]:
    """The settings that are not those of `base`, by default the defaults, as `path, value`."""
    found = settings(config, "", base or RunConfig())
    return [(path, value) for path, value, usual in found if value != usual]


def command_line(config: RunConfig, point: Point | None = None) -> str:
    """The same run as one line for a shell, naming only what differs from the defaults.

    Of a fork, only what differs from the settings in force at the checkpoint.
    """
    base = point.config if point else RunConfig()
    words = ["--fork", f"{point.run.id}@{point.kept.name}"] if point else []
    parts = [shlex.quote(f"{path}={_written(value)}") for path, value in _ordered(config, base)]
    return " ".join(["./trainyard", "launch", *words, *parts])


def _ordered(config: RunConfig, base: RunConfig) -> list[tuple[str, Any]]:
    """An optional group that was switched on needs its own word even if all in it is default."""
    found = changed(config, base)
    named = [path for path, _ in found]
    return found + [
        (path, {})
        for path in _switched_on(config, base)
        if not any(each.startswith(f"{path}.") for each in named)
    ]


def _switched_on(config: RunConfig, base: RunConfig) -> Iterator[str]:
    for group in fields(RunConfig):
        now, usual = getattr(config, group.name), getattr(base, group.name)
        for item in fields(type(now)) if isinstance(now, Spec) else ():
            if isinstance(getattr(now, item.name), Spec) and getattr(usual, item.name, 0) is None:
                yield f"{group.name}.{item.name}"


def _written(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(each, Change) for each in value):
        return "; ".join(each.words() for each in value)
    return value if isinstance(value, str) else json.dumps(value)


def shown(value: Any) -> str:
    """A value as the tables show it."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, Change):
        return value.words()
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    return one_line(str(value))


def spoken(path: str) -> str:
    """`split.early_seed` → Split · early seed."""
    text = path.replace(".", " · ").replace("_", " ")
    return text[:1].upper() + text[1:]


def draw(config: RunConfig, key: str, point: Point | None = None) -> None:
    """Groups side by side, what is not the default marked; below it JSON and command line."""
    groups = [field for field in fields(RunConfig) if isinstance(getattr(config, field.name), Spec)]
    columns = st.columns(3, gap="medium")
    for index, group in enumerate(groups):
        with columns[index % 3], st.container(border=True):
            value = getattr(config, group.name)
            named = f" · {title(type(value))}" if KIND in type(value).model_fields else ""
            st.markdown(f"###### {group.label}{named}")
            table([], _rows(value, getattr(RunConfig(), group.name)))
    copies(config, key, point)


def _rows(spec: Spec, default: Spec) -> Iterator[list[Cell]]:
    for path, value, usual in settings(spec, "", default):
        if path:
            yield [Cell(spoken(path)), Cell(shown(value), number=True, mark=value != usual)]


def copies(config: RunConfig, key: str, point: Point | None = None) -> None:
    """The same settings to take away: the command line, and JSON as a file.

    `point`: where a fork begins. Without it a fork has no command that would launch it again.
    """
    if point is not None or config.start is None:
        st.code(command_line(config, point), language="bash", wrap_lines=True)
    st.download_button(
        "Settings as JSON",
        json.dumps(config.to_dict(), indent=2, ensure_ascii=False),
        file_name="settings.json",
        mime="application/json",
        key=key,
        icon=":material/download:",
        on_click="ignore",
    )


def _named_values(config: RunConfig | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(config, RunConfig):
        return {path: value for path, value, _ in settings(config)}
    return dict(flat(config))


def flat(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The settings of a person's own script at dotted paths."""
    for name, value in config.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def difference(names: Sequence[str], configs: Sequence[RunConfig | Mapping[str, Any]]) -> None:
    """A table of the settings in which the runs differ, one column a run."""
    found = [_named_values(config) for config in configs]
    paths = dict.fromkeys(path for each in found for path in each if path != "name")
    rows: list[list[Content]] = []
    for path in paths:
        values = [shown(each[path]) if path in each else NOTHING for each in found]
        if len(set(values)) > 1 and not _explained(path, rows):
            rows.append([path, *(Cell(value, number=True) for value in values)])
    if rows:
        rows = [[Cell(spoken(str(path))), *cells] for path, *cells in rows]
        table(["Setting", *map(one_line, names)], rows)
    else:
        st.caption("These runs have the same settings.")


def _explained(path: str, rows: Sequence[Sequence[Content]]) -> bool:
    """The settings of another kind differ because the kind does: that row says it all."""
    return any(path.startswith(f"{row[0]}.") for row in rows)
