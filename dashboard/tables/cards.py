"""Columns as cards: a small histogram or the most frequent values. HTML, all escaped."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape

from dashboard.tables.facts import short
from dashboard.text import count, metric, percent
from engine.data.tables.profiling.report import ColumnProfile, Common, Histogram, WordProfile

_SHOWN_VALUES = 6
_SHOWN_CLASSES = 12
_SHOWN_WORDS = 10


def of(columns: Sequence[ColumnProfile], rows: int) -> str:
    """A grid of them."""
    return f'<div class="yard-columns">{"".join(_card(each, rows) for each in columns)}</div>'


def _card(column: ColumnProfile, rows: int) -> str:
    marks = [
        *(["constant"] if column.constant else []),
        *(["like an id"] if column.id_like else []),
        *([f"looks like {column.personal}"] if column.personal else []),
    ]
    badges = "".join(f"<em>{escape(mark)}</em>" for mark in marks)
    said = [column.kind, f"{count(column.distinct)} different"]
    if column.missing:
        said.append(f"{percent(column.missing / max(rows, 1))} missing")
    head = f"<header><b>{escape(short(column.name))}</b>{badges}</header>"
    return f"<article>{head}<small>{escape(', '.join(said))}</small>{_body(column, rows)}</article>"


def _body(column: ColumnProfile, rows: int) -> str:
    if column.numbers is not None:
        each = column.numbers
        low, middle, high = each.quartiles
        numbers = (
            f"{_number(each.minimum)} to {_number(each.maximum)}",
            f"mean {metric(each.mean)}, sd {metric(each.deviation)}",
            f"quartiles {metric(low)}, {metric(middle)}, {metric(high)}",
        )
        return plot(each.histogram) + lines(numbers)
    if column.dates is not None:
        span = f"{column.dates.earliest} to {column.dates.latest}"
        return plot(column.dates.histogram, dates=True) + lines([span])
    if column.lengths is not None and column.words is not None:
        size = column.lengths
        said = (
            f"{count(size.shortest)} to {count(size.longest)} characters, mean {metric(size.mean)}",
            f"{metric(size.words)} words on average",
        )
        return plot(size.histogram) + lines(said) + words(column.words)
    return bars(column.top[:_SHOWN_VALUES], rows) if column.top else ""


def words(found: WordProfile) -> str:
    """How many different ones there are, and the most frequent with their share of all words."""
    said = (
        f"{count(found.distinct)} different words, {count(found.once)} of them once; "
        f"{count(found.words)} in all"
    )
    return lines([said]) + bars(found.top[:_SHOWN_WORDS], found.words)


def bars(values: Sequence[Common], rows: int = 0) -> str:
    """Values with the number of rows that have each, the most frequent first."""
    shown = values[:_SHOWN_CLASSES]
    most = max((each.count for each in shown), default=1)
    total = rows or sum(each.count for each in values)
    drawn = "".join(
        f"<dt>{escape(short(each.value)) or '&empty;'}</dt>"
        f'<dd><i style="width:{100 * each.count / most:.1f}%"></i></dd>'
        f"<dd>{count(each.count)} ({percent(each.count / max(total, 1))})</dd>"
        for each in shown
    )
    more = f"<small>and {count(len(values) - len(shown))} more</small>"
    rest = more if len(values) > len(shown) else ""
    return f'<dl class="yard-bars">{drawn}</dl>{rest}'


def plot(histogram: Histogram, *, dates: bool = False) -> str:
    """Bars between the edges; the title of each says what it counts."""
    most = max(histogram.counts, default=0)
    if not most:
        return ""
    spoken = _day if dates else _number
    drawn = "".join(
        f'<i style="height:{100 * each / most:.1f}%" title="'
        f'{spoken(histogram.edges[index])} to {spoken(histogram.edges[index + 1])}: {count(each)}"'
        "></i>"
        for index, each in enumerate(histogram.counts)
    )
    return f'<div class="yard-histogram" role="img" aria-label="Distribution">{drawn}</div>'


def lines(said: Sequence[str]) -> str:
    """Small, one below the other."""
    return "".join(f"<small>{escape(each)}</small>" for each in said)


def _number(value: float) -> str:
    return count(value) if isinstance(value, int) else metric(value)


def _day(seconds: float) -> str:
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)  # noqa: DTZ001
    return moment.strftime("%Y-%m-%d")
