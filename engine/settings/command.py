"""Settings from words like `optimizer.learning_rate=1e-3`, and the sentences when that fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from engine.config import RunConfig
from engine.presets import PRESETS
from engine.problem import Problem, SettingsError
from engine.settings.sentences import problems_of, unknown
from engine.settings.tree import (
    accepts,
    allowed,
    class_at,
    is_hidden,
    is_optional,
    item_of,
    nested,
    settings,
    variants,
)
from engine.spec import Spec

__all__ = ["Problem", "SettingsError", "override", "parse_config"]

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


def override(config: RunConfig, assignments: Iterable[str]) -> RunConfig:
    """`config` with each `path=value` applied; a value is JSON or plain text.

    A choice may be given as `model=mlp` or `model.kind=mlp`; it starts from that choice's
    defaults, whatever the order. `preset=diabetes_linear`, first, replaces the whole.

    Raises:
        SettingsError: with a sentence for each assignment that cannot be.
    """
    words = list(assignments)
    if words and words[0].startswith("preset="):
        config = _preset(words.pop(0).removeprefix("preset="))
    pairs = [_pair(word) for word in words]
    tree = config.model_dump()
    found: list[Problem] = []
    for path, text in [p for p in pairs if _is_choice(p[0])] + [
        p for p in pairs if not _is_choice(p[0])
    ]:
        problem = _assign(tree, path, text)
        found += [problem] if problem else []
    if found:
        raise SettingsError(found)
    return parse_config(tree)


def parse_config(tree: Any) -> RunConfig:
    """A run's settings from a dictionary, e.g. of JSON from elsewhere.

    Raises:
        SettingsError: with a sentence at each path, instead of pydantic's error.
    """
    try:
        return RunConfig.model_validate(tree)
    except ValidationError as error:
        raise SettingsError(problems_of(error, RunConfig, tree)) from error


def _preset(name: str) -> RunConfig:
    if name not in PRESETS:
        raise SettingsError(
            [Problem("preset", f"there is no preset {name}; there are {', '.join(PRESETS)}")]
        )
    return PRESETS[name]


def _pair(word: str) -> tuple[str, str]:
    path, sign, text = word.partition("=")
    if path.strip() == "preset":
        raise SettingsError(
            [Problem("preset", "a preset replaces all settings; write it first, and only once")]
        )
    if not sign or not path.strip():
        raise SettingsError(
            [Problem("", f"{word!r} is no setting; write path=value, e.g. training.epochs=5")]
        )
    return path.strip().removesuffix(".kind"), text.strip()


def _is_choice(path: str) -> bool:
    field = RunConfig.model_fields.get(path)
    return field is not None and bool(variants(field))


def _assign(tree: dict[str, Any], path: str, text: str) -> Problem | None:
    """Sets one value in the tree, or says why that cannot be."""
    *parents, last = path.split(".")
    cls: type[Spec] = RunConfig
    place = tree
    for name in parents:
        field = cls.model_fields.get(name)
        if field is None or is_hidden(field):
            return _unknown(tree, path)
        if place.get(name) is None:  # e.g. training.early_stopping.patience=3 also switches it on
            place[name] = _default(field)
        inner = class_at(field, place[name])
        if inner is None:
            return _unknown(tree, path)
        cls, place = inner, place[name]
    if last not in cls.model_fields or is_hidden(cls.model_fields[last]):
        return _unknown(tree, path)
    field = cls.model_fields[last]
    if variants(field):
        return _choose(place, path, text, field)
    place[last] = _value(text, field)
    return None


def _choose(place: dict[str, Any], path: str, text: str, field: FieldInfo) -> Problem | None:
    value, name = _json(text), path.rpartition(".")[2]
    if isinstance(value, dict):
        place[name] = value
    elif text not in variants(field):
        return Problem(path, f"{name} must be {allowed(field)}; {text!r} was given")
    elif place.setdefault(name, _default(field)).get("kind") != text:
        place[name] = {"kind": text}
    return None


def _default(field: FieldInfo) -> dict[str, Any]:
    """What stands in a group that nobody has touched."""
    default = field.get_default(call_default_factory=True)
    return default.model_dump() if isinstance(default, Spec) else {}


def _unknown(tree: dict[str, Any], path: str) -> Problem:
    """Hints at the nearest path that exists now, or at the choice that has this setting."""
    known = list(settings(RunConfig))
    valid = [s for s in known if not s.kind or s.kind == _choice_above(tree, s.path)[1]]
    choice, kind = _choice_above(tree, path)
    kinds = {other for s in known if s.path == choice for other in variants(s.field)}
    having = dict.fromkeys(s.kind for s in known if s.path == path)
    elsewhere = [other for other in having if other in kinds]
    if elsewhere:
        here = [s.path for s in valid if s.path.startswith(f"{choice}.")]
        return Problem(
            path,
            f"{choice} {kind} has no such setting, only {' and '.join(elsewhere)} "
            f"(choose it with {choice}={elsewhere[0]}); here are {', '.join(dict.fromkeys(here))}",
        )
    return Problem(path, unknown(path, [s.path for s in valid]))


def _choice_above(tree: dict[str, Any], path: str) -> tuple[str, str]:
    """Path and kind of the innermost choice that a setting belongs to; empty where it has none."""
    node: Any = tree
    found, walked = ("", ""), ""
    for name in path.split(".")[:-1]:
        node = node.get(name) if isinstance(node, dict) else None
        walked = f"{walked}.{name}".removeprefix(".")
        if isinstance(node, dict) and "kind" in node:
            found = (walked, str(node["kind"]))
    return found


def _value(text: str, field: FieldInfo) -> Any:
    """The text as the type the field takes; what does not fit is left for validation to refuse."""
    lowered = text.lower()
    if is_optional(field) and lowered in ("none", "null", ""):
        return None
    if is_optional(field) and nested(field) and lowered in (*_TRUE, *_FALSE):
        return {} if lowered in _TRUE else None
    if accepts(field, str):
        return text
    if accepts(field, bool) and lowered in (*_TRUE, *_FALSE):
        return lowered in _TRUE
    item = item_of(field)
    if item is not None and accepts(item, str) and not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    if item is not None and nested(item) and not text.startswith("["):
        return [line.strip() for line in re.split(r"[;\n]", text) if line.strip()]
    if accepts(field, list) and not text.startswith("["):
        text = f"[{text}]"
    return _number(_json(text), field)


def _number(value: Any, field: FieldInfo) -> Any:
    """`.5` and `5.` are numbers to people, though not to JSON."""
    if isinstance(value, str) and accepts(field, float):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
