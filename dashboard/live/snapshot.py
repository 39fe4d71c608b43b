"""What a browser gets first: the run's history and the tail of its stream, thinned to its width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dashboard.live.downsample import keep
from dashboard.live.frames import Points, encode
from dashboard.live.tail import Position, Told, facts, points, progress
from jobs.history import Record, Snapshot
from jobs.measures import apart, by_clock

MOST_FULL = 10
"""folds whose curves are sent at full width; of more all together are as many points"""
FEWEST_PIXELS = 50
LOG_LINES = 500
"""the newest log lines a page opens with; all of them are in the log file"""


def encode_snapshot(
    run: str, stored: Snapshot, told: list[Told], info: dict[str, object], pixels: int
) -> bytes:
    """One frame: everything up to the last event told, about two points per pixel and curve."""
    curves = merge(stored, points(told))
    header = {
        "kind": "snapshot",
        "run": run,
        "info": info,
        "facts": _newest(_facts(stored.records) + facts(told)),
        "progress": progress(told),
        "position": position(stored, told),
        "totals": {metric: len(curve) for metric, curve in curves.items()},
    }
    folds = len({apart(metric)[1] for metric in curves} - {0})
    thinned = {
        metric: curve.take(keep(curve.values, room(pixels, folds)))
        for metric, curve in curves.items()
    }
    return encode(header, thinned)


def room(pixels: int, folds: int) -> int:
    """Pixels for each curve: many folds over each other need less each, for a frame's size."""
    return max(FEWEST_PIXELS, min(pixels, MOST_FULL * pixels // max(1, folds)))


def position(stored: Snapshot, told: list[Told]) -> Position:
    """Place of the last event a snapshot holds."""
    return told[-1].position if told else stored.position


def merge(stored: Snapshot, tail: dict[str, Points]) -> dict[str, Points]:
    """Stored curves and the tail's points behind them; a replayed step counts as first recorded."""
    curves = {
        metric: Points.of(curve.steps, curve.seconds, curve.values)
        for metric, curve in stored.curves.items()
    }
    for metric, curve in tail.items():
        known = curves.get(metric)
        curves[metric] = curve if known is None else known.append(_news(metric, known, curve))
    return curves


def _news(metric: str, known: Points, curve: Points) -> Points:
    """The points behind the last known one: by time for hardware, by step for all others."""
    if not len(known):
        return curve
    if by_clock(metric):
        return curve.take(curve.seconds > np.max(known.seconds))
    return curve.take(curve.steps > np.max(known.steps))


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
