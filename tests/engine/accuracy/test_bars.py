"""Every claim of `./trainyard bench accuracy` holds: real data, the mean of several runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.accuracy.bar import Bar
from bench.accuracy.bars import BARS
from bench.accuracy.measure import Measuring
from tests.conftest import TEST_DATA

pytestmark = [pytest.mark.slow, pytest.mark.first, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def measuring() -> Iterator[Measuring]:
    """All runs, begun together: their own processes keep the cores busy until the last one."""
    possible = [bar for bar in BARS if not missing(bar)]
    with Measuring(possible) as running:
        yield running


def missing(bar: Bar) -> list[str]:
    """The files that the bar needs and this machine has not."""
    return [name for name in bar.needs if not (TEST_DATA / name).exists()]


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: bar.name)
def test_the_bar_is_reached(bar: Bar, measuring: Measuring) -> None:
    if missing(bar):
        pytest.skip(f"{', '.join(missing(bar))} is not in {TEST_DATA} (TRAINYARD_TEST_DATA)")
    result = measuring.result(bar.name)
    assert result.reached, f"{bar.metric} {result.mean:.4f}, asked {bar.bar}: {result.values}"
