"""What a field of a `Spec` is, read from its annotation alone: the one place that looks at types.

A new kind of field (say, a date) is a new class here and a new arm in `widgets.draw_leaf`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from engine.settings.tree import is_hidden
from engine.spec import Spec

KIND = "kind"
"""the discriminator of every union of specs"""

Shape = Literal[
    "switch",
    "whole",
    "number",
    "text",
    "choice",
    "numbers",
    "names",
    "lines",
    "group",
    "union",
]


@dataclass(frozen=True)
class Field:
    """One field: how it is drawn (`shape`) and what people read about it."""

    name: str
    shape: Shape
    default: Any
    help: str
    optional: bool = False
    rare: bool = False
    first: bool = False
    """whether it is asked before the others of its class"""
    one_of: str = ""
    """the list of things one of which it names, e.g. `columns`; the data say which there are"""
    example: Any = None
    """what an optional field starts with when it is switched on"""
    options: tuple[Any, ...] = ()
    """of a choice: its values; of a union: its classes; of a group: its one class"""

    @property
    def label(self) -> str:
        """`learning_rate` as people write it: `Learning rate`."""
        return self.name.replace("_", " ").capitalize()


def fields(spec: type[Spec]) -> Iterator[Field]:
    """The fields of a class in the order they are declared, without the discriminator and what is
    hidden; those that are to be asked first, first.
    """
    found = [
        field(name, _described(spec, name, info))
        for name, info in spec.model_fields.items()
        if name != KIND and not is_hidden(info)
    ]
    yield from sorted(found, key=lambda each: not each.first)


def field(name: str, info: FieldInfo) -> Field:
    """Reads one field. Raises TypeError for an annotation no widget exists for."""
    members, optional = _without_none(info.annotation)
    shape, options = _shape(members)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    default = info.get_default(call_default_factory=True, validated_data={})
    return Field(
        name=name,
        shape=shape,
        default=None if default is PydanticUndefined else default,
        help=_help(info),
        optional=optional,
        rare=bool(extra.get("rare")),
        first=bool(extra.get("first")),
        one_of=str(extra.get("one_of", "")),
        example=info.examples[0] if info.examples else _smallest(info),
        options=options,
    )


def kind_of(spec: type[Spec]) -> str:
    """The value of `kind` that chooses this class in its union."""
    return str(spec.model_fields[KIND].default)


def title(spec: type[Spec]) -> str:
    """The name people know a class by."""
    return spec.title or spec.__name__


def summary(spec: type[Spec]) -> str:
    """The first line of a class's docstring."""
    return (spec.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ").strip()


def _without_none(annotation: Any) -> tuple[tuple[Any, ...], bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        members = get_args(annotation)
        some = tuple(member for member in members if member is not types.NoneType)
        return some, len(some) < len(members)
    return (annotation,), False


def _shape(members: tuple[Any, ...]) -> tuple[Shape, tuple[Any, ...]]:
    members = tuple(_bare(member) for member in members)
    if all(isinstance(member, type) and issubclass(member, Spec) for member in members):
        return ("union" if KIND in members[0].model_fields else "group"), members
    first = members[0]
    if get_origin(first) is Literal:
        return "choice", get_args(first)
    if get_origin(first) is list and _bare(get_args(first)[0]) in (int, float):
        return "numbers", (_bare(get_args(first)[0]),)
    if get_origin(first) is list and hasattr(_bare(get_args(first)[0]), "words"):
        return "lines", ()
    if get_origin(first) is list and _bare(get_args(first)[0]) is str:
        return "names", ()
    plain: dict[Any, Shape] = {bool: "switch", int: "whole", float: "number", str: "text"}
    if first in plain:
        return plain[first], ()
    raise TypeError(f"no widget for a setting of type {first!r}; add one in dashboard/form")


def _bare(annotation: Any) -> Any:
    """`Annotated[int, ...]` without its metadata; a type alias by its value."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    return annotation


def _help(info: FieldInfo) -> str:
    text = info.description or ""
    limits = _limits(info)
    return f"{text[:1].upper()}{text[1:]}" + (f" ({limits})" if limits else "")


def _smallest(info: FieldInfo) -> Any:
    return next((rule.ge for rule in info.metadata if hasattr(rule, "ge")), 1)


def _limits(info: FieldInfo) -> str:
    words = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
    parts = []
    for rule in info.metadata:
        for name, word in words.items():
            value = getattr(rule, name, None)
            if isinstance(value, int | float) and abs(value) < 2**31:
                parts.append(f"{word} {value:,}")
    return " ".join(parts)


def _described(spec: type[Spec], name: str, info: FieldInfo) -> FieldInfo:
    """A subclass that only changes the default keeps the description of the class above it."""
    for parent in spec.__mro__:
        if info.description or not (issubclass(parent, Spec) and name in parent.model_fields):
            continue
        if parent.model_fields[name].description:
            return parent.model_fields[name].merge_field_infos(
                parent.model_fields[name], default=info.default
            )
    return info
