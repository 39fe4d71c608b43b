"""What a browser gets first, and when it zooms: the history and the tail of the stream, thinned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard.live.choice import ALL, Choice
from dashboard.live.frames import encode
from dashboard.live.tail import Told, facts, points, progress
from dashboard.live.zoom import Zoom
from jobs.history import LOG_LINES, Drawn, Record, Snapshot, Span, Window
from jobs.history.points import Points, join
from jobs.history.records import Position
from jobs.history.span import WHOLE
from jobs.measures import apart, by_clock

MOST_FULL = 10
"""folds whose curves are sent at full width; of more all together are as many points"""
FEWEST_PIXELS = 50


def encode_snapshot(
    run: str,
    stored: Snapshot,
    told: list[Told],
    info: dict[str, object],
    pixels: int,
    choice: Choice = ALL,
) -> bytes:
    """One frame: everything up to the last event told, about two points per pixel and curve."""
    curves = together(stored, told, choice, WHOLE)
    folds = len({apart(metric)[1] for metric in curves} - {0})
    drawn = thin(curves, WHOLE, room(pixels, folds))
    header = {
        "kind": "snapshot",
        "run": run,
        "info": info,
        "facts": _newest(_facts(stored.records) + facts(told)) if choice.facts else [],
        "progress": progress(told),
        "position": position(stored, told),
        "totals": {metric: curve.total for metric, curve in drawn.items()},
        "exact": {metric: curve.exact for metric, curve in drawn.items()},
    }
    return encode(header, {metric: curve.points for metric, curve in drawn.items()})


def encode_window(stored: Window, told: list[Told], zoom: Zoom, choice: Choice = ALL) -> bytes:
    """The answer to a zoom: what it asked for, with the tail that is not in the history yet."""
    drawn = thin(together(stored, told, choice, zoom.span), zoom.span, zoom.pixels)
    return window(zoom, drawn, position(stored, told))


def window(zoom: Zoom, drawn: Mapping[str, Drawn], position: Position) -> bytes:
    """The frame that answers a zoom with these curves."""
    header = {
        "kind": "window",
        "window": zoom.number,
        "run": zoom.run,
        "axis": zoom.span.axis,
        "from": zoom.span.begin,
        "to": zoom.span.end,
        "position": position,
        "exact": {metric: curve.exact for metric, curve in drawn.items()},
    }
    return encode(header, {metric: curve.points for metric, curve in drawn.items()})


def room(pixels: int, folds: int) -> int:
    """Pixels for each curve: many folds over each other need less each, for a frame's size."""
    return max(FEWEST_PIXELS, min(pixels, MOST_FULL * pixels // max(1, folds)))


def position(stored: Window, told: list[Told]) -> Position:
    """Place of the last event a frame holds."""
    return told[-1].position if told else stored.position


def together(stored: Window, told: list[Told], choice: Choice, span: Span) -> dict[str, Drawn]:
    """The stored curves of a choice, with the points of the tail that lie in the span."""
    tail = {name: curve for name, curve in points(told).items() if choice.takes(name)}
    return merge(stored.curves, tail, span)


def merge(
    stored: Mapping[str, Drawn], tail: Mapping[str, Points], span: Span = WHOLE
) -> dict[str, Drawn]:
    """Stored curves and the tail's points behind them; a replayed step counts as first recorded."""
    curves = dict(stored)
    for metric, curve in tail.items():
        known = stored.get(metric)
        if known is None:
            everything = Drawn(curve, True, len(curve), 0, 0.0)
            curves[metric] = replace(everything, points=span.cut(curve))
        else:
            news = _news(metric, known, curve)
            points = span.cut(join([known.points, news]))
            curves[metric] = replace(known, points=points, total=known.total + len(news))
    return curves


def thin(curves: Mapping[str, Drawn], span: Span, pixels: int) -> dict[str, Drawn]:
    """About two points per pixel of each curve."""
    thinned = {}
    for metric, curve in curves.items():
        points = span.thin(curve.points, pixels)
        exact = curve.exact and len(points) == len(curve.points)
        thinned[metric] = replace(curve, points=points, exact=exact)
    return thinned


def _news(metric: str, known: Drawn, curve: Points) -> Points:
    """The points behind the last known one: by time for hardware, by step for all others."""
    if by_clock(metric):
        return curve.take(curve.seconds > known.last_second)
    return curve.take(curve.steps > known.last_step)


def _facts(records: Sequence[Record]) -> list[dict[str, object]]:
    """As `tail.facts` tells the new ones: the numbers of evaluations are points."""
    return [
        {"attempt": record.attempt, "seq": record.seq, **record.body}
        for record in records
        if record.kind != "evaluation"
    ]


def _newest(told: list[dict[str, object]]) -> list[dict[str, object]]:
    """All facts, but of the log only the newest lines."""
    lines = [index for index, fact in enumerate(told) if fact["kind"] == "log"]
    dropped = set(lines[:-LOG_LINES])
    return [fact for index, fact in enumerate(told) if index not in dropped]
