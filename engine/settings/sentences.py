"""Turns pydantic's errors into sentences: what was given, what is allowed, what to do."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from engine.problem import Problem
from engine.settings.tree import allowed, class_at, variants
from engine.spec import Spec


def problems_of(error: ValidationError, root: type[Spec], given: Any) -> list[Problem]:
    """One problem for each of pydantic's, at its dotted path, without a union's kind.

    `given` is the dictionary that `root` refused.
    """
    return [_problem(details, root, given) for details in error.errors(include_url=False)]


def unknown(name: str, valid: Iterable[str]) -> str:
    """The sentence for a name that does not exist, with those that come near."""
    names = list(valid)
    near = _near(name, names)
    if near:
        return f"there is no setting {name}; did you mean {_or(near[:3])}?"
    return f"there is no setting {name}; there are {', '.join(names)}"


def _near(name: str, names: list[str]) -> list[str]:
    """By the last word of the path (`learning_rate`, `lr`, `learnign_rate`), else by the whole."""
    wanted = name.rpartition(".")[2]
    last = {path: path.rpartition(".")[2] for path in names}
    initials = {path: "".join(word[0] for word in last[path].split("_")) for path in names}
    same = [path for path in names if wanted in (last[path], initials[path])]
    alike = difflib.get_close_matches(wanted, last.values(), n=3, cutoff=0.6)
    close = [path for word in dict.fromkeys(alike) for path in names if last[path] == word]
    whole = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    # To `data.tokns.size` a setting of the data is nearer than one elsewhere that is called alike.
    first = name.partition(".")[0] + "."
    beside = [[path for path in found if path.startswith(first)] for found in (close, whole)]
    return same or next(filter(None, [*beside, close, whole]), [])


@dataclass(frozen=True)
class _Place:
    """Where an error is: path, the field there, the class it is declared in, the class it holds."""

    names: list[str]
    field: FieldInfo | None
    owner: type[Spec]
    inner: type[Spec] | None


def _problem(details: ErrorDetails, root: type[Spec], given: Any) -> Problem:
    place = _walk([str(part) for part in details["loc"]], root, given)
    names = place.names
    if details["type"] == "value_error" and place.inner:
        # A rule over several fields begins its sentence with the field to look at.
        first = details["ctx"]["error"].args[0].partition(" ")[0]
        names = [*names, first] if first in place.inner.model_fields else names
    return Problem(".".join(names), _sentence(details, place))


def _walk(location: list[str], root: type[Spec], given: Any) -> _Place:
    """Follows pydantic's location, leaving out kinds and places in lists."""
    place = _Place([], None, root, root)
    parts = iter(location)
    for part in parts:
        if place.inner is None:
            break
        field = place.inner.model_fields.get(part)
        given = given.get(part) if isinstance(given, dict) else None
        inner = class_at(field, given) if field else None
        place = _Place([*place.names, part], field, place.inner, inner)
        if field and variants(field):
            next(parts, None)
    return place


def _sentence(details: ErrorDetails, place: _Place) -> str:
    kind, name = details["type"], place.names[-1] if place.names else "this"
    if kind == "value_error":
        return str(details["ctx"]["error"])
    if kind == "extra_forbidden":
        return unknown(name, [n for n in place.owner.model_fields if n != "kind"])
    if place.field is None:
        return f"settings must be a JSON object; {_shown(details, kind)} was given"
    if kind == "missing":
        return f"{_spoken(name)} is missing; give {allowed(place.field)}"
    return f"{_spoken(name)} must be {allowed(place.field)}; {_shown(details, kind)} was given"


def _shown(details: ErrorDetails, kind: str) -> str:
    value = details["input"]
    if kind == "union_tag_invalid":
        return repr(details["ctx"]["tag"])
    if kind == "union_tag_not_found":
        return "no kind" if isinstance(value, dict) else repr(value)
    if isinstance(value, list) and kind in ("too_short", "too_long"):
        return f"a list of {len(value)}"
    if isinstance(value, str) and len(value) > 40:
        return f"text of {len(value)} characters"
    return json.dumps(value) if value is None or isinstance(value, bool) else repr(value)


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _or(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
