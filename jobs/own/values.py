"""What people log, as names and floats: anything that is one number, and nothing that is not."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

NAME_LETTERS = 200
"""as many as the history's column takes"""

RESERVED = ("hardware/", "time/")
"""curves that Trainyard draws itself"""


class NotANumber(TypeError):
    """What was given is no number. The text says what it is."""


def number(value: object) -> float:
    """A float of any number: Python's, NumPy's, or a tensor of one element.

    Raises NotANumber. A tensor on a GPU makes the script wait for it, as `.item()` does.
    """
    if isinstance(value, float | int):
        return _float(value)
    item = getattr(value, "item", None)
    if callable(item):
        try:
            value = item()
        except (ValueError, RuntimeError, TypeError) as error:
            raise NotANumber(f"a {type(value).__name__} of more than one element") from error
    if isinstance(value, float | int):
        return _float(value)
    if isinstance(value, str):
        raise NotANumber(f"the text {value[:40]!r}")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise NotANumber(f"a {type(value).__name__}") from error


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Nested mappings as `train/loss`."""
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{path}/")
        else:
            yield path, value


def refused_name(name: str) -> str:
    """Why a curve cannot be called that; empty when it can."""
    if not name or len(name) > NAME_LETTERS or not name.isprintable():
        return f"must be 1 to {NAME_LETTERS} printable characters"
    if name.startswith(RESERVED):
        return f"must not begin with {' or '.join(RESERVED)}, which are Trainyard's own"
    return ""


def plain(value: object) -> Any:
    """Settings as JSON: what JSON does not know becomes its text; NaN stays."""
    if hasattr(value, "__dict__") and not isinstance(value, type) and not callable(value):
        value = vars(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    try:
        return number(value)
    except NotANumber:
        return str(value)


def settings(config: object) -> dict[str, Any]:
    """The `config` of a run, from a mapping or an object with fields. Raises TypeError."""
    found = plain({} if config is None else config)
    if not isinstance(found, dict):
        raise TypeError(f"config must be a dict or an object with fields, not {config!r}")
    json.dumps(found)
    return found
