"""A browser's wish to see a stretch of a run's curves closely: `{"window": 7, "run": ...}`."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jobs.history.span import Axis, Span

LONGEST = 100_000
"""characters of a message: a thousand long names of metrics"""
PIXELS = range(100, 4001)
BEFORE = "before "
"""in front of a fork's id: what the runs behind it measured, up to where it began"""

MOST_METRICS = 1_000


class BadZoom(Exception):
    """Why it is refused: a sentence."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(sentence)
        self.number = number


@dataclass(frozen=True)
class Zoom:
    """`number` is the browser's own; it comes back with the answer."""

    number: int
    run: str
    """its id; with `BEFORE` in front, the runs behind it"""
    span: Span
    pixels: int
    metrics: frozenset[str] | None = None


def read(message: str, runs: Collection[str]) -> Zoom:
    """The wish in a message of somebody who may see `runs`. Raises BadZoom."""
    asked = _object(message)
    number = asked.get("window")
    if type(number) is not int or abs(number) > 2**53:
        raise BadZoom(0, "A window must have a whole number: its name in the answer.")
    run = asked.get("run")
    if not isinstance(run, str) or run.removeprefix(BEFORE) not in runs:
        raise BadZoom(number, "The window is of a run that this page does not show.")
    pixels = asked.get("px", 1200)
    if type(pixels) is not int:
        raise BadZoom(number, f"px is {_short(pixels)}; it must be a whole number.")
    width = min(max(pixels, PIXELS.start), PIXELS.stop - 1)
    return Zoom(number, run, _span(number, asked), width, _metrics(number, asked.get("metrics")))


def _object(message: str) -> Mapping[str, Any]:
    if len(message) > LONGEST:
        raise BadZoom(0, f"The message has more than {LONGEST:,} characters.")
    try:
        asked = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise BadZoom(0, "The message is not JSON.") from error
    if not isinstance(asked, Mapping):
        raise BadZoom(0, 'The message must be an object such as {"window": 1, "run": ...}.')
    return asked


def _span(number: int, asked: Mapping[str, Any]) -> Span:
    name = asked.get("axis", "step")
    if name not in ("step", "time"):
        raise BadZoom(number, f"axis is {_short(name)}; it must be step or time.")
    axis: Axis = "step" if name == "step" else "time"
    begin, end = _edge(number, asked, "from"), _edge(number, asked, "to")
    if begin > end:
        raise BadZoom(number, f"The window ends at {end:g}, before it begins at {begin:g}.")
    return Span(axis, begin, end)


def _edge(number: int, asked: Mapping[str, Any], name: str) -> float:
    given = asked.get(name)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise BadZoom(number, f"{name} is {_short(given)}; it must be a number.")
    try:
        edge = float(given)
    except OverflowError:
        edge = math.nan
    if not math.isfinite(edge):
        raise BadZoom(number, f"{name} must be a finite number.")
    return edge


def _metrics(number: int, given: Any) -> frozenset[str] | None:
    if given is None:
        return None
    texts = isinstance(given, list) and all(isinstance(name, str) for name in given)
    if not texts or len(given) > MOST_METRICS:
        raise BadZoom(number, f"metrics must be a list of at most {MOST_METRICS:,} names.")
    return frozenset(given)


def _short(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 40 else f"{text[:39]}…"
