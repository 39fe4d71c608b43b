"""The settings as a tree of named fields, read from the classes: help, hints and ranges."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from engine.spec import Spec


@dataclass(frozen=True)
class Setting:
    """One field of one class. `path` is dotted; `kind` says for which choice it exists, or ""."""

    path: str
    field: FieldInfo
    kind: str = ""


def variants(field: FieldInfo) -> dict[str, type[Spec]]:
    """The classes of a union by their `kind`; empty for any other field."""
    if not field.discriminator:
        return {}
    return {cls.model_fields["kind"].default: cls for cls in _specs(field)}


def nested(field: FieldInfo) -> type[Spec] | None:
    """The one settings class a field holds, optional or not; None for values and unions."""
    found = _specs(field)
    return found[0] if len(found) == 1 and not field.discriminator else None


def class_at(field: FieldInfo, value: Any) -> type[Spec] | None:
    """The settings class of the dictionary `value` held by `field`."""
    choices = variants(field)
    if choices:
        return choices.get(value.get("kind", "")) if isinstance(value, dict) else None
    return nested(field)


def settings(cls: type[Spec], prefix: str = "", kind: str = "") -> Iterator[Setting]:
    """Every field below `cls`, depth first; a union lists its own path, then each choice's."""
    for name, field in cls.model_fields.items():
        path = f"{prefix}{name}"
        inner = nested(field)
        if name == "kind" or is_hidden(field):
            continue
        if inner is None or is_optional(field):
            yield Setting(path, field, kind)
        if inner is not None:
            yield from settings(inner, f"{path}.", kind)
        for choice, variant in variants(field).items():
            yield from settings(variant, f"{path}.", choice)


def is_hidden(field: FieldInfo) -> bool:
    """Whether it is no setting to choose."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("hidden"))


def is_optional(field: FieldInfo) -> bool:
    """Whether the field may be none."""
    return type(None) in _members(field.annotation)


def accepts(field: FieldInfo, kind: type) -> bool:
    """Whether values of this type (`list[int]` counts as `list`) are among those allowed."""
    return any(
        member is kind or get_origin(member) is kind for member in _members(field.annotation)
    )


def allowed(field: FieldInfo) -> str:
    """What the field takes, for people: `above 0 and at most 100`, `one of cpu, cuda`."""
    choices = list(variants(field)) or _literals(field)
    if choices:
        return "one of " + ", ".join(str(choice) for choice in choices)
    bounds = bound_words(field)
    kinds = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        list: "a list",
    }
    words = next(
        (word for kind, word in kinds.items() if accepts(field, kind)), "a group of settings"
    )
    whole = " ".join(filter(None, [words, bounds])) + _each(field)
    return f"{whole}, or none" if is_optional(field) else whole


def _each(field: FieldInfo) -> str:
    """What a list's values must be: `, each a whole number from 1 to 4,096`."""
    item = item_of(field)
    return "" if item is None else f", each {allowed(item)}"


def item_of(field: FieldInfo) -> FieldInfo | None:
    """What each value of a list is; None for any other field."""
    for member in _members(field.annotation):
        if get_origin(member) is list:
            return FieldInfo.from_annotation(get_args(member)[0])
    return None


def bound_words(field: FieldInfo) -> str:
    """The limits alone: `above 0 and at most 100`, `from 1 to 8`, `with 1 to 32 values`, or ""."""
    found = {
        name: getattr(entry, name)
        for entry in field.metadata
        for name in ("gt", "ge", "lt", "le", "min_length", "max_length")
        if getattr(entry, name, None) is not None
    }
    if "max_length" in found:
        unit = "characters" if accepts(field, str) else "values"
        return f"with {found.get('min_length', 0)} to {found['max_length']} {unit}"
    if "ge" in found and "le" in found:
        return f"from {found['ge']:,} to {found['le']:,}"
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    return " and ".join(f"{words[name]} {limit:,}" for name, limit in found.items())


def _literals(field: FieldInfo) -> list[Any]:
    return [
        value
        for member in _members(field.annotation)
        if get_origin(member) is Literal
        for value in get_args(member)
    ]


def _specs(field: FieldInfo) -> list[type[Spec]]:
    members = _members(field.annotation)
    return [m for m in members if isinstance(m, type) and issubclass(m, Spec)]


def _members(annotation: Any) -> tuple[Any, ...]:
    """The parts of a union, or the one type."""
    if get_origin(annotation) in (Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)
