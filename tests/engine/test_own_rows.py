"""Rows and columns of a table that are left out, and that it is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.split import Split
from tests.engine.test_own_encode import ROWS, cells, prepared


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of this test alone."""
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))


def test_rows_with_gaps_and_double_rows_are_dropped_and_counted() -> None:
    table = cells()
    whole = [
        n for n in range(ROWS) if all(table[name][n] is not None for name in ("number", "text"))
    ]
    for name in table:
        table[name].append(table[name][whole[0]])
    found = prepared(table, features=["number", "text"], missing="drop", drop_duplicates=True)
    rows = np.sort(np.concatenate([part.places for part in found.parts.values()]))
    assert rows.tolist() == whole
    left = f"left out: {ROWS - len(whole)} with a missing value, 1 twice"
    assert found.told["rows"] == f"{len(whole)} of {ROWS + 1}: {left}"


def test_spaces_and_capitals_make_no_category_of_their_own() -> None:
    table = {"text": [("a", " a", "A", "b")[n % 4] for n in range(40)], "target": [*range(40)]}
    assert prepared(table).names == ("text=A", "text=a", "text=b")
    assert prepared(table, lower=True).names == ("text=a", "text=b")
    assert len(prepared(table, trim=False).names) == 4


def test_a_column_without_a_value_in_training_is_left_out_and_said() -> None:
    table = cells()
    test = prepared(table).parts["test"].places
    table["late"] = [1.0 + n if n in test else None for n in range(ROWS)]
    found = prepared(table)
    assert not any("late" in name for name in found.names)
    assert "late (no value in the training part)" in found.told["columns"]


def test_other_shares_leave_the_numbers_of_a_split_alone() -> None:
    table = cells()
    assert prepared(table, split=Split(validation=0.3)).samples == {
        "train": 165,
        "validation": 90,
        "test": 45,
    }
