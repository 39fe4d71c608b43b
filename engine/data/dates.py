"""Dates in words, made up by a seed: the same everywhere, no two the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from engine.data.raw import Pairs
from engine.data.shuffle import Purpose, shuffled

FIRST = date(1900, 1, 1).toordinal()
DAYS = date(2100, 1, 1).toordinal() - FIRST

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def written_dates(count: int, seed: int) -> Pairs:
    """`count` dates as people write them, and as `YYYY-MM-DD`."""
    chosen = shuffled(DAYS * len(WAYS), seed, Purpose.LIMIT)[:count].tolist()
    sources, targets = [], []
    for number in chosen:
        day = date.fromordinal(FIRST + number // len(WAYS))
        sources.append(WAYS[number % len(WAYS)](day))
        targets.append(day.isoformat())
    return Pairs(tuple(sources), tuple(targets))


def _month(day: date) -> str:
    return MONTHS[day.month - 1]


def _weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def _numbered(day: date) -> str:
    """`1st`, `2nd`, `3rd`, `4th`, and `11th` to `13th`."""
    ending = "th" if 11 <= day.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"{day.day}{ending}"


WAYS: tuple[Callable[[date], str], ...] = (
    lambda day: f"{_month(day)} {day.day}, {day.year}",
    lambda day: f"{day.day} {_month(day)} {day.year}",
    lambda day: f"{_month(day)[:3]} {day.day}, {day.year}",
    lambda day: f"{_weekday(day)[:3]} {day.day} {_month(day)[:3]} {day.year}",
    lambda day: f"{_weekday(day)}, {_month(day)} {day.day}, {day.year}",
    lambda day: f"the {_numbered(day)} of {_month(day)} {day.year}",
)
"""how a date may be written; none leaves open which number is the month"""
