"""Reads what draws a stretch of a run's curves."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from jobs.history import curves
from jobs.history.points import Points
from jobs.history.span import Drawn, Span


def window(
    connection: Connection,
    run_id: str,
    metrics: Sequence[str] | None,
    span: Span,
    pixels: int,
) -> dict[str, Drawn]:
    """By metric (all of the run, or those in `metrics`) at most a few points per pixel."""
    found = curves.curves(connection, run_id, metrics)
    return {metric: _drawn(points, span, pixels) for metric, points in found.items()}


def _drawn(points: Points, span: Span, pixels: int) -> Drawn:
    inside = span.cut(points)
    thinned = span.thin(inside, pixels)
    exact = len(thinned) == len(inside)
    last_step, last_second = int(points.steps.max()), float(points.seconds.max())
    return Drawn(thinned, exact, len(points), last_step, last_second)
