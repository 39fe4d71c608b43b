"""The pyramid of a curve: every level, old runs, and steps that an older version stored twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import func, select, update

from jobs.history import History, Points
from jobs.history.curves import assemble
from jobs.history.database import database_url
from jobs.history.levels import LEVELS
from jobs.history.points import join
from jobs.history.replays import forget
from jobs.history.schema import CHUNKS, PYRAMID
from jobs.history.span import WHOLE
from jobs.home import Home
from jobs.recording import chunks, pyramid
from tests.jobs.curves import bits, check, curve_of, new_run, record


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """One database for all curves of this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TRAINYARD_DATABASE_URL", raising=False)
        opened = History.open(database_url(Home(tmp_path_factory.mktemp("home")).create()))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def long_curve(history: History) -> tuple[str, str, Points]:
    """Run, metric and what was recorded: enough for the third level and a row of the second."""
    points = curve_of(np.random.default_rng(3), 40_000, 0, 1e9)
    run = new_run(history)
    record(history, run, "m", [points], batch=60, event=64)
    return run, "m", points


def test_no_level_loses_an_extreme_or_a_gap(
    long_curve: tuple[str, str, Points], history: History
) -> None:
    run, _, whole = long_curve
    query = select(PYRAMID).where(PYRAMID.c.run == run).order_by(PYRAMID.c.level, PYRAMID.c.block)
    with history.reading() as connection:
        rows = connection.execute(query).mappings().all()
    known = set(zip(whole.steps.tolist(), bits(whole), strict=True))
    for level in LEVELS[:4]:
        kept = join(
            [
                Points.unpack(row["steps"], row["seconds"], row["readings"])
                for row in rows
                if row["level"] == level
            ]
        )
        assert set(zip(kept.steps.tolist(), bits(kept), strict=True)) <= known
        reach = whole.take(whole.steps <= kept.steps[-1])
        assert len(reach) > 30_000
        assert kept.range() == reach.range()
        width = 64 * 8 ** (level - 1)
        for begin in range(0, len(reach), width):
            bucket = reach.take(slice(begin, begin + width))
            first, last = bucket.steps[0], bucket.steps[-1]
            drawn = kept.take((kept.steps >= first) & (kept.steps <= last))
            assert drawn.range() == bucket.range()
            assert drawn.steps[0] == first
            gaps, shown = ~np.isfinite(bucket.values), ~np.isfinite(drawn.values)
            assert gaps.any() == shown.any()
            if gaps.any():
                assert drawn.steps[shown][0] == bucket.steps[gaps][0]
    assert {row["level"] for row in rows} == set(LEVELS[:4])


def test_old_runs_get_their_pyramid_little_by_little(
    long_curve: tuple[str, str, Points], history: History
) -> None:
    run, metric, whole = long_curve
    with history.writing() as connection:
        connection.execute(PYRAMID.delete().where(PYRAMID.c.run == run))
        connection.execute(update(CHUNKS).where(CHUNKS.c.run == run).values(summed=0))
    check(whole, history.window(run, pixels=100).curves[metric], WHOLE, 100)
    rounds = 0
    while True:
        with history.writing() as connection:
            if (found := pyramid.backlog(connection)) is None:
                break
            pyramid.sum_up(connection, *found, most=20)
        rounds += 1
        if found[0] == run:
            check(whole, history.window(run, pixels=100).curves[metric], WHOLE, 100)
    assert rounds > 3
    with history.reading() as connection:
        open_chunks = select(func.count()).where(CHUNKS.c.run == run, CHUNKS.c.summed == 0)
        assert connection.execute(open_chunks).scalar() == 1


def test_what_an_older_version_stored_twice_is_forgotten_once(history: History) -> None:
    generator = np.random.default_rng(1)
    first = curve_of(generator, 2_000, 0, 1e9)
    second = curve_of(generator, 2_000, int(first.steps[1_500]), 1.1e9)
    run = new_run(history)
    with history.writing() as connection:
        for attempt, points in ((1, first), (2, second)):
            for metric in ("m", "hardware/cpu"):
                chunks.append(
                    connection,
                    run,
                    attempt,
                    {
                        metric: [
                            (1, points.take(slice(0, 512))),
                            (513, points.take(slice(512, 2_000))),
                        ]
                    },
                )
    for _ in range(2):
        with history.writing() as connection:
            forget(connection)
        assert bits(history.curve(run, "m")) == bits(assemble("m", [first, second]))
        assert bits(history.curve(run, "hardware/cpu")) == bits(join([first, second]))
        with history.reading() as connection:
            stored = select(func.sum(CHUNKS.c.points)).where(
                CHUNKS.c.run == run, CHUNKS.c.metric == "m"
            )
            assert connection.execute(stored).scalar() == len(assemble("m", [first, second]))
