"""What runs can be drawn by: each setting that differs, each number, and what a run took."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from dashboard.comparing.subject import Subject
from dashboard.panels.configuration import shown
from dashboard.text import metric_name
from engine.loop.best import COUNTS_MOST
from jobs.comparison.differences import Setting, differing, flat, spoken
from jobs.comparison.scalars import Numbers, falls

WIDE = 10.0
"""from so many times the smallest value on, a setting above 0 is drawn by its logarithm"""

MOST_MARKS = 6
"""of an axis: so many different values are written as they are, of more only some places"""


@dataclass(frozen=True)
class Dimension:
    """One axis: a number or a word for each run that has one."""

    name: str
    values: Mapping[str, float | str]
    """by run id; a run without it, or with a number that is none, is left out"""
    log: bool = False
    falls: bool = False
    """of a metric: whether less is better"""
    measured: bool = False
    """a number that came out, not a setting"""

    @property
    def words(self) -> list[str]:
        """The values in order where they are no numbers; empty where they are."""
        found = dict.fromkeys(v for v in self.values.values() if isinstance(v, str))
        return sorted(found)

    def heights(self, ids: Sequence[str]) -> tuple[list[float], dict[float, str]]:
        """Where each run is between 0 and 1, and the places of some values that are written."""
        if words := self.words:
            far = max(1, len(words) - 1)
            places = {word: index / far for index, word in enumerate(words)}
            return [places[str(self.values[each])] for each in ids], {
                place: word for word, place in places.items()
            }
        numbers = [self._scaled(float(self.values[each])) for each in ids]
        low, high = min(numbers), max(numbers)
        reach = (high - low) or 1.0
        marks = sorted(set(numbers))
        if len(marks) > MOST_MARKS:
            marks = [low + reach * share for share in (0, 0.25, 0.5, 0.75, 1)]
        if low == high:
            return [0.5 for _ in ids], {0.5: _written(self._plain(low))}
        return [(each - low) / reach for each in numbers], {
            (mark - low) / reach: _written(self._plain(mark)) for mark in marks
        }

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def _plain(self, value: float) -> float:
        return 10**value if self.log else value


def dimensions(subject: Subject, measured: Mapping[str, Numbers]) -> dict[str, Dimension]:
    """All axes by name: settings, then metrics, then what the runs took."""
    flats = {run.id: flat(run.given) for run in subject.runs}
    found = [_setting(each) for each in differing(flats)]
    names = dict.fromkeys(name for each in measured.values() for name in each)
    found += [_metric(name, measured) for name in names]
    found += _taken(subject)
    return {each.name: each for each in found if each.values}


def _setting(setting: Setting) -> Dimension:
    text = spoken(setting.path)
    name = text[:1].upper() + text[1:]
    values = setting.values
    if all(map(_is_number, values.values())):
        numbers = {run: float(value) for run, value in values.items()}
        return Dimension(name, numbers, log=_spans(list(numbers.values())))
    return Dimension(name, {run: shown(value) for run, value in values.items()})


def _metric(name: str, measured: Mapping[str, Numbers]) -> Dimension:
    values = {run: each[name].mean for run, each in measured.items() if name in each}
    finite = {run: value for run, value in values.items() if math.isfinite(value)}
    return Dimension(metric_name(name), finite, falls=falls(name), measured=True)


def _taken(subject: Subject) -> list[Dimension]:
    now = time.time()
    seconds = {run.id: took for run in subject.runs if (took := run.seconds(now)) is not None}
    weights = {run.id: float(run.parameters) for run in subject.runs if run.parameters}
    return [
        Dimension("Duration in seconds", seconds, falls=True, measured=True),
        Dimension("Steps", {run.id: float(run.step) for run in subject.runs}, measured=True),
        Dimension("Parameters", weights, log=_spans(list(weights.values()))),
    ]


def _written(value: float) -> str:
    return f"{value:.3g}"


def outcome(space: Mapping[str, Dimension]) -> str:
    """The number that says most of how good a run is; any axis where nothing was measured."""
    measured = [name for name, each in space.items() if each.measured]
    for part, most in product(("Test", "Best validation"), COUNTS_MOST):
        if (name := metric_name(f"{part} {most}")) in measured:
            return name
    return (measured or list(space))[0]


def _spans(numbers: list[float]) -> bool:
    return bool(numbers) and min(numbers) > 0 and max(numbers) / min(numbers) >= WIDE


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
