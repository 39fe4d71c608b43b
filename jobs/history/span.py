"""`Span`: a stretch of a curve's x axis, and which points draw it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from jobs.history.points import Points
from jobs.history.thinning import keep

Axis = Literal["step", "time"]


@dataclass(frozen=True)
class Span:
    """From `begin` to `end`, both included: in steps, or in unix seconds on the axis `time`."""

    axis: Axis = "step"
    begin: float = -math.inf
    end: float = math.inf

    def x(self, points: Points) -> NDArray[np.float64]:
        """Where the points stand on this axis."""
        return np.asarray(points.steps if self.axis == "step" else points.seconds, np.float64)

    def cut(self, points: Points) -> Points:
        """The points within, in order, and the nearest one on each side: lines run to the edge."""
        x = self.x(points)
        if len(x) > 1 and (np.diff(x) < 0).any():
            order = np.argsort(x, kind="stable")
            points, x = points.take(order), x[order]
        first = int(np.searchsorted(x, self.begin, "left"))
        last = int(np.searchsorted(x, self.end, "right"))
        return points.take(slice(max(0, first - 1), last + 1))

    def thin(self, points: Points, pixels: int) -> Points:
        """Of what `cut` left about two points per pixel: every extreme and gap, and both ends."""
        return points.take(keep(points.values, pixels))


WHOLE = Span()


@dataclass(frozen=True)
class Drawn:
    """What draws a curve in a span, and how far the whole curve reaches."""

    points: Points
    exact: bool
    """whether these are all points of the span"""
    total: int
    """points of the whole curve"""
    last_step: int
    last_second: float
