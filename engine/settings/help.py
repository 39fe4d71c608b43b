"""The list of all settings for `--help`, read from the classes: it cannot be out of date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from engine.config import RunConfig
from engine.presets import PRESETS
from engine.settings.tree import Setting, allowed, nested, settings, variants
from engine.spec import Spec


def settings_help() -> str:
    """Every setting with what it takes, its default and its description."""
    entries: dict[tuple[str, ...], list[str]] = {}
    for setting in settings(RunConfig):
        entries.setdefault(_entry(setting), []).append(setting.kind)
    shown = [line for entry, kinds in entries.items() for line in _lines(entry, kinds)]
    return "\n".join(
        [f"presets (preset=NAME, first): {', '.join(PRESETS)}", "", "settings:", *shown]
    )


def _entry(setting: Setting) -> tuple[str, ...]:
    """Path, default, what it takes, description: choices that agree in all are listed together."""
    takes = allowed(setting.field)
    if nested(setting.field):
        takes = "on or off; giving one of its own settings switches it on"
    return setting.path, _default(setting.field), takes, setting.field.description or ""


def _lines(entry: tuple[str, ...], kinds: list[str]) -> Iterator[str]:
    path, default, takes, description = entry
    choices = f"  [{', '.join(kinds)}]" if any(kinds) else ""
    yield f"  {path} = {default}{choices}"
    yield f"      {takes}"
    if description:
        yield f"      {description}"


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, Spec):
        return str(value.to_dict().get("kind", "")) if variants(field) else "on"
    return (
        "none" if value is None else value or '""' if isinstance(value, str) else json.dumps(value)
    )
