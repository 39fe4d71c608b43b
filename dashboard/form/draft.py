"""What stands in the form, as a flat dict: widget key → what was typed. Pure, no Streamlit.

A widget key is the setting's path with the kinds in it (`optimizer.sgd.momentum`), so what was
typed for SGD is still there after a look at Adam.
"""

from __future__ import annotations

from typing import Any

from dashboard.form.fields import Field, fields, kind_of
from dashboard.text import number
from engine.spec import Spec

Draft = dict[str, Any]

SWITCH = "on"
"""last part of the key of the toggle before an optional setting"""


def join(*parts: str) -> str:
    """`optimizer`, `sgd` → `optimizer.sgd`; empty parts vanish."""
    return ".".join(part for part in parts if part)


def seed(spec: Spec, prefix: str = "") -> Draft:
    """The draft that reads back as `spec`."""
    draft: Draft = {}
    for field in fields(type(spec)):
        draft |= _seed_field(field, getattr(spec, field.name), join(prefix, field.name))
    return draft


def _seed_field(field: Field, value: Any, key: str) -> Draft:
    draft: Draft = {join(key, SWITCH): value is not None} if field.optional else {}
    if field.shape == "group":
        return draft | seed(field.options[0]() if value is None else value, key)
    if field.shape == "union":
        chosen = field.options[0]() if value is None else value
        kind = kind_of(type(chosen))
        return draft | {key: kind} | seed(chosen, join(key, kind))
    return draft | {key: typed(field, field.example if value is None else value)}


def typed(field: Field, value: Any) -> Any:
    """A value as its widget holds it: numbers as text (`0.0003`), lists as `32, 64`, changes a
    line each.
    """
    if field.shape == "number":
        return number(float(value))
    if field.shape == "numbers":
        return ", ".join(number(item) for item in value)
    if field.shape == "names":
        return list(value)
    if field.shape == "lines":
        return "\n".join(item.words() for item in value)
    return value


def read(spec: type[Spec], draft: Draft, prefix: str = "") -> dict[str, Any]:
    """The settings as they would stand in JSON; text that is no number stays text.

    A key that was never drawn has the default of its class.
    """
    complete = {**_defaults(spec, prefix), **draft}
    values: dict[str, Any] = {}
    for field in fields(spec):
        values[field.name] = _read_field(field, complete, join(prefix, field.name))
    return values


def _read_field(field: Field, draft: Draft, key: str) -> Any:
    if field.optional and not draft.get(join(key, SWITCH)):
        return None
    if field.shape == "group":
        return read(field.options[0], draft, key)
    if field.shape == "union":
        chosen = choice(field, draft, key)
        kind = kind_of(chosen)
        return {"kind": kind, **read(chosen, draft, join(key, kind))}
    return _parse(field, draft[key])


def choice(field: Field, draft: Draft, key: str) -> type[Spec]:
    """The class a union's select box stands on; the default's if it stands on none of them."""
    by_kind = {kind_of(option): option for option in field.options}
    default: type[Spec] = field.options[0] if field.default is None else type(field.default)
    chosen: type[Spec] = by_kind.get(str(draft.get(key)), default)
    return chosen


def _parse(field: Field, raw: Any) -> Any:
    if field.shape == "number":
        return _number(str(raw), float)
    if field.shape == "numbers":
        parts = [part.strip() for part in str(raw).replace(";", ",").split(",")]
        return [_number(part, field.options[0]) for part in parts if part]
    if field.shape == "lines":
        return [line.strip() for line in str(raw).splitlines() if line.strip()]
    return raw


def _number(text: str, kind: type[int] | type[float]) -> Any:
    try:
        return kind(text.strip())
    except ValueError:
        return text


def _defaults(spec: type[Spec], prefix: str) -> Draft:
    draft: Draft = {}
    for field in fields(spec):
        draft |= _seed_field(field, field.default, join(prefix, field.name))
    return draft
