"""What draws a stretch of a curve: real points, every extreme and gap, one neighbour each side."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.history.points import Points
from jobs.history.span import WHOLE

finite = st.floats(-1e6, 1e6, width=32)


@settings(deadline=None)
@given(st.lists(finite | st.just(float("nan")), min_size=1, max_size=500), st.integers(2, 60))
def test_a_sparkline_keeps_ends_and_extremes(values: list[float], number: int) -> None:
    points = Points.of(range(len(values)), [0.0] * len(values), values)
    line = WHOLE.thin(points, number // 2)
    assert len(line) <= 3 * (number // 2) + 2
    assert {0, len(values) - 1} <= set(line.steps.tolist())
    assert line.range() == points.range()
