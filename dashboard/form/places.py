"""Where each field of a section goes: groups laid flat, common settings apart from rare ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.form.draft import join
from dashboard.form.fields import Field, fields
from engine.spec import Spec


@dataclass(frozen=True)
class Place:
    """A field with its setting path, its widget key and the label people read."""

    field: Field
    path: str
    key: str
    label: str

    @property
    def is_branch(self) -> bool:
        """Whether it has fields of its own: a union, or a group that can be switched off."""
        return self.field.shape in ("group", "union")

    @property
    def is_switch(self) -> bool:
        """Whether it is drawn as a toggle, alone or before its field."""
        return self.field.shape == "switch" or self.field.optional


def places(spec: type[Spec], path: str = "", key: str = "", group: str = "") -> Iterator[Place]:
    """The fields of `spec`; a group that is always there is replaced by its own fields."""
    for field in fields(spec):
        at, place = join(path, field.name), join(key, field.name)
        if path and field.shape == "group" and not field.optional:
            yield from places(field.options[0], at, place, field.label)
        else:
            label = f"{group}: {field.label.lower()}" if group else field.label
            yield Place(field, at, place, label)


def groups(spec: type[Spec], path: str) -> Iterator[str]:
    """The paths of the groups that `places` lays flat: a problem may stand at the group itself."""
    for field in fields(spec):
        if field.shape == "group" and not field.optional:
            yield join(path, field.name)
            yield from groups(field.options[0], join(path, field.name))
