"""What a fork goes on from: the curves of the runs behind it, each up to where the next began.

They are no part of the fork, so no frame of its own has them: a browser asks for them as it does
for a window, under a name of their own (`zoom.BEFORE`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dashboard.live.choice import ALL
from dashboard.live.snapshot import thin, together, window
from dashboard.live.zoom import BEFORE, Zoom
from engine.settings.start import Start
from jobs.history.points import join
from jobs.history.span import Drawn, Span
from jobs.measures import GRADIENTS, apart, by_clock
from jobs.services import forks, runs
from jobs.services.runs import UnknownRun
from jobs.yard import Yard

if TYPE_CHECKING:
    from dashboard.live.reader import Reader


@dataclass(frozen=True)
class Stretch:
    """What one run gave to the fork: its steps after `begin`, up to that of `start`."""

    start: Start
    begin: int

    def takes(self, metric: str) -> bool:
        """Whether a curve is part of it: of the fold, by step, and drawn as a line."""
        name, fold = apart(metric)
        return fold == self.start.fold and not by_clock(name) and not name.startswith(GRADIENTS)

    def within(self, span: Span) -> Span:
        """The part of a span that can have points of it."""
        if span.axis == "time":
            return span
        return Span("step", max(span.begin, self.begin), min(span.end, self.start.step))

    def cut(self, drawn: Drawn) -> Drawn:
        """Without the points beyond its edges."""
        steps = drawn.points.steps
        inside = (steps > self.begin) & (steps <= self.start.step)
        return replace(drawn, points=drawn.points.take(inside))


def stretches(yard: Yard, run_id: str) -> list[Stretch]:
    """Those behind a run, the oldest first; none behind one that began at step 0."""
    try:
        starts = forks.lineage(yard, runs.get(yard, run_id))
    except UnknownRun:
        return []
    begins = [*(start.step for start in starts[1:]), 0][: len(starts)]
    found = [Stretch(start, begin) for start, begin in zip(starts, begins, strict=True)]
    return found[::-1]


async def answer(reader: Reader, zoom: Zoom) -> bytes:
    """The window of what is behind a run. Raises SQLAlchemyError."""
    run = zoom.run.removeprefix(BEFORE)
    curves: dict[str, list[Drawn]] = {}
    for stretch in await reader.in_thread(stretches, reader.yard, run):
        span = stretch.within(zoom.span)
        if span.begin > span.end:
            continue
        for metric, drawn in (await _read(reader, stretch, span, zoom.pixels)).items():
            curves.setdefault(apart(metric)[0], []).append(drawn)
    return window(zoom, {metric: _join(parts) for metric, parts in curves.items()}, (0, 0))


async def _read(reader: Reader, stretch: Stretch, span: Span, pixels: int) -> dict[str, Drawn]:
    run, history = stretch.start.run, reader.yard.history
    known = await reader.in_thread(history.metrics_of, [run])
    names = [name for name in known.get(run, ()) if stretch.takes(name)]
    edges = (span.axis, span.begin, span.end)
    stored = await reader.in_thread(history.window, run, names, *edges, pixels)
    told = await reader.tail(run, stored.position)
    there = together(stored, told, ALL, span).items()
    curves = thin({name: each for name, each in there if stretch.takes(name)}, span, pixels)
    return {name: stretch.cut(each) for name, each in curves.items()}


def _join(parts: Sequence[Drawn]) -> Drawn:
    points = join([part.points for part in parts])
    return replace(parts[-1], points=points, exact=all(part.exact for part in parts))
