"""What benchmarks print and write."""

from __future__ import annotations

import pytest

from bench.live.readme import BEGIN, END, replaced
from bench.row import Row, below, percentile


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert percentile(values, 0.95) == 96
    assert percentile([7.0], 0.95) == 7


def test_a_row_says_whether_its_target_was_reached() -> None:
    good, bad = below("x", [1.0, 2.0], 3.0), below("x", [1.0, 4.0], 3.0)
    assert (good.reached, bad.reached) == (True, False)
    assert bad.line == "| x | 4 ms, p95 4 ms | p95 < 3 ms |"


def test_the_table_takes_the_place_of_the_old_one() -> None:
    text = f"a\n{BEGIN}\n| old |\n{END}\nb\n"
    once = replaced(text, [Row("x", "1")])
    assert "old" not in once
    assert once.splitlines()[-3:] == ["| x | 1 | - |", END, "b"]
    assert replaced(once, [Row("x", "1")]) == once
    with pytest.raises(ValueError, match="has no"):
        replaced("nothing", [])
