"""Curves for the tests of windows and pyramids: random ones, recorded, judged."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence

import numpy as np

from engine.config import RunConfig
from jobs.history import History, Points
from jobs.history.points import join
from jobs.history.runs import add
from jobs.history.span import Drawn, Span
from jobs.recording import chunks
from jobs.recording.replay import news


def new_run(history: History) -> str:
    """A row that curves can belong to."""
    run = uuid.uuid4().hex[:26]
    row = {
        "id": run,
        "name": "",
        "config": RunConfig().model_dump_json(),
        "created": 0.0,
        "desired": "running",
    }
    with history.writing() as connection:
        add(connection, {**row, "origin": None, "launch_key": None})
    return run


def record(
    history: History, run: str, metric: str, attempts: Sequence[Points], batch: int, event: int
) -> None:
    """Stores attempts as the recorder does: events of some points, several in a transaction."""
    for attempt, points in enumerate(attempts, start=1):
        for first in range(0, len(points), batch * event):
            stop = min(first + batch * event, len(points))
            parts = [
                (begin + 1, points.take(slice(begin, min(begin + event, stop))))
                for begin in range(first, stop, event)
            ]
            with history.writing() as connection:
                known = news(connection, run, attempt, {metric: parts}, {metric: -(10**9)})
                chunks.append(connection, run, attempt, known)


def curve_of(generator: np.random.Generator, count: int, begin: int, second: float) -> Points:
    """Noise with spikes, gaps and infinities; steps now and then leave some out."""
    values = generator.standard_normal(count).astype(np.float32)
    places = generator.integers(0, count, max(1, count // 200))
    values[places] = generator.choice([1e6, -1e6, math.nan, math.inf, -math.inf], len(places))
    steps = begin + np.cumsum(generator.integers(1, 3, count)).astype(np.int32)
    return Points(steps, second + np.cumsum(generator.random(count)), values)


def check(whole: Points, drawn: Drawn, span: Span, pixels: int) -> None:
    """Real points, in order, with a neighbour each side; nothing that a pixel shows is lost."""
    x, shown = span.x(whole), drawn.points
    at = span.x(shown)
    assert (np.diff(at) >= 0).all()
    near = whole.take(np.isin(whole.seconds, shown.seconds))
    keys = set(zip(near.steps.tolist(), near.seconds.tolist(), bits(near), strict=True))
    found = list(zip(shown.steps.tolist(), shown.seconds.tolist(), bits(shown), strict=True))
    assert set(found) <= keys
    assert len(set(found)) == len(found)
    inside = whole.take((x >= span.begin) & (x <= span.end))
    seen = shown.take((at >= span.begin) & (at <= span.end))
    assert seen.range() == inside.range()
    assert np.isfinite(seen.values).all() == np.isfinite(inside.values).all()
    if (x < span.begin).any():
        assert at[0] == x[x < span.begin].max()
    if (x > span.end).any():
        assert at[-1] == x[x > span.end].min()
    assert drawn.exact == (len(seen) == len(inside))
    assert len(inside) > 2 * pixels - 4 or drawn.exact
    assert len(shown) <= 3 * pixels + 4
    assert drawn.total == len(whole)
    assert drawn.last_step == whole.steps.max()
    assert drawn.last_second == whole.seconds.max()


def bits(points: Points) -> list[int]:
    """Values that can be compared, NaN too."""
    return [int(each) for each in points.values.view(np.int32)]


def long_attempts() -> list[Points]:
    """70,000 points of four attempts that replay, the third with other values."""
    generator = np.random.default_rng(5)
    first = curve_of(generator, 40_000, 0, 1e9)
    again = first.take(slice(39_000, 40_000))
    again = Points(again.steps, again.seconds + 9e5, again.values)
    second = join([again, curve_of(generator, 20_000, int(first.steps[-1]), 1.001e9)])
    third = curve_of(generator, 9_000, int(second.steps[-1]) - 500, 1.1e9)
    fourth = curve_of(generator, 700, int(third.steps[-1]), 1.2e9)
    return [first, second, third, fourth]
