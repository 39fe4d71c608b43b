"""Pydantic's complaints as sentences: what was given, what is allowed, what to do."""

from __future__ import annotations

from typing import Any

from pydantic_core import ErrorDetails

_LIMITS = {
    "greater_than": ("gt", "is not above {limit}; choose a larger number"),
    "greater_than_equal": ("ge", "is below {limit}; the smallest allowed is {limit}"),
    "less_than": ("lt", "is not below {limit}; choose a smaller number"),
    "less_than_equal": ("le", "is above {limit}; the largest allowed is {limit}"),
}
_LENGTHS = {
    "too_long": ("max_length", "{actual_length} entries are too many; write at most {limit}"),
    "too_short": ("min_length", "too few entries; write at least {limit}"),
    "string_too_long": ("max_length", "too long; write at most {limit} characters"),
}
_TYPES = {
    "float_type": "a number; write for example 0.001 or 1e-3",
    "int_type": "a whole number; write for example 64",
    "finite_number": "a finite number; write for example 0.001",
}


def sentence(error: ErrorDetails) -> str:
    """One complaint in plain words."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind in _LIMITS:
        limit, words = _LIMITS[kind]
        return f"{_shown(given)} {words.format(limit=_shown(context[limit]))}."
    if kind in _LENGTHS:
        limit, words = _LENGTHS[kind]
        facts = {"actual_length": "", **context, "limit": context[limit]}
        return f"{words.format(**facts)}.".strip().capitalize()
    if kind in _TYPES:
        return f"{_shown(given)} is not {_TYPES[kind]}."
    if kind == "value_error":
        return _finished(str(context["error"]))
    return _finished(f"{_shown(given)}: {error['msg']}")


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "Nothing"
    if isinstance(value, str):
        return f"“{value[:60]}”"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


def _finished(text: str) -> str:
    """Begins with a capital and ends with a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
