"""What draws a stretch of a curve: real points, every extreme and gap, one neighbour each side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.history import History, Points
from jobs.history.curves import assemble
from jobs.history.database import database_url
from jobs.history.span import WHOLE, Axis, Span
from jobs.home import Home
from tests.jobs.curves import bits, check, curve_of, long_attempts, new_run, record

finite = st.floats(-1e6, 1e6, width=32)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """One database for all curves of this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TRAINYARD_DATABASE_URL", raising=False)
        opened = History.open(database_url(Home(tmp_path_factory.mktemp("home")).create()))
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["train/loss", "hardware/cpu"])
def long_curve(request: pytest.FixtureRequest, history: History) -> tuple[str, str, Points]:
    """Run, metric and what was recorded: 70,000 points in four attempts that replay."""
    attempts, run = long_attempts(), new_run(history)
    record(history, run, request.param, attempts, batch=200, event=7)
    return run, request.param, assemble(request.param, attempts)


@settings(deadline=None, max_examples=30)
@given(
    axis=st.sampled_from(["step", "time"]),
    edges=st.tuples(st.floats(-0.1, 1.1), st.floats(-0.1, 1.1)),
    width=st.sampled_from([1e-4, 0.01, 0.3, 2.0]),
    pixels=st.sampled_from([8, 40, 100, 400, 1200]),
)
def test_no_extreme_and_no_gap_is_lost_in_any_window(
    long_curve: tuple[str, str, Points],
    history: History,
    axis: Axis,
    edges: tuple[float, float],
    width: float,
    pixels: int,
) -> None:
    run, metric, whole = long_curve
    x = np.sort(Span(axis).x(whole))
    begin = float(np.interp(edges[0], np.linspace(0, 1, len(x)), x))
    end = float(np.interp(min(edges[0] + width * edges[1], 1), np.linspace(0, 1, len(x)), x))
    span = Span(axis, min(begin, end), max(begin, end))
    found = history.window(run, [metric], axis, span.begin, span.end, pixels)
    check(whole, found.curves[metric], span, pixels)


@settings(deadline=None, max_examples=10)
@given(
    counts=st.lists(st.integers(1, 3_000), min_size=1, max_size=4),
    rounds=st.integers(1, 6),
    event=st.sampled_from([1, 3, 64, 511]),
    pixels=st.sampled_from([8, 30]),
    seed=st.integers(0, 2**16),
)
def test_whatever_the_batches_the_pyramid_is_of_what_was_recorded(
    history: History, counts: list[int], rounds: int, event: int, pixels: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    attempts = []
    begin = 0
    for number, count in enumerate(counts):
        attempts.append(curve_of(generator, count, begin, 1e9 + 1e6 * number))
        begin = int(generator.integers(0, attempts[-1].steps[-1] + 1))
    run = new_run(history)
    record(history, run, "m", attempts, 1 + max(counts) // (event * rounds), event)
    whole = assemble("m", attempts)
    check(whole, history.window(run, pixels=pixels).curves["m"], WHOLE, pixels)
    stored = history.curve(run, "m")
    assert bits(stored) == bits(whole)
    exact = history.window(run, pixels=len(whole)).curves["m"]
    assert bits(exact.points) == bits(whole)
    assert exact.exact


def test_curves_that_are_read_together_are_those_read_alone(history: History) -> None:
    generator = np.random.default_rng(5)
    runs = [new_run(history) for _ in range(5)]
    for run, count in zip(runs, (3, 700, 9_000, 40_000), strict=False):
        for metric in ("train/loss", "hardware/cpu")[: 1 + count % 2]:
            points = curve_of(generator, count, 0, 1e9)
            record(history, run, metric, [points], batch=20, event=64)
    for pixels in (8, 60, 2_000):
        together = history.snapshots(runs, pixels=pixels)
        for run in runs:
            alone = history.window(run, pixels=pixels)
            assert together[run].position == alone.position
            assert together[run].curves.keys() == alone.curves.keys()
            for metric, drawn in together[run].curves.items():
                own = alone.curves[metric]
                assert drawn.points.steps.tolist() == own.points.steps.tolist()
                assert bits(drawn.points) == bits(own.points)
                assert (drawn.exact, drawn.total) == (own.exact, own.total)
    assert not together[runs[4]].curves
    some = history.snapshots(runs, ["train/loss"])
    assert [list(some[run].curves) for run in runs] == [["train/loss"]] * 4 + [[]]


@settings(deadline=None)
@given(st.lists(finite | st.just(float("nan")), min_size=1, max_size=500), st.integers(2, 60))
def test_a_sparkline_keeps_ends_and_extremes(values: list[float], number: int) -> None:
    points = Points.of(range(len(values)), [0.0] * len(values), values)
    line = WHOLE.thin(points, number // 2)
    assert len(line) <= 3 * (number // 2) + 2
    assert {0, len(values) - 1} <= set(line.steps.tolist())
    assert line.range() == points.range()
