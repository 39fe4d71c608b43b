"""Groups stay together, time goes on: as scikit-learn divides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, TimeSeriesSplit

from engine.data import OwnTable
from engine.data.own.division import by_group, by_time, time_sizes
from engine.data.split import Split
from tests.engine.own_tables import moment, store

ROWS = 120


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Visits of 30 patients, in no order of time."""
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))
    order = np.random.default_rng(0).permutation(ROWS).tolist()
    cells: dict[str, list[Any]] = {
        "patient": [f"p{n % 30}" for n in range(ROWS)],
        "when": [moment(2020 + n // 60, 1 + n // 10 % 6, 1 + n % 10) for n in order],
        "hours": [float(n) for n in order],
        "x": [float(n % 17) for n in range(ROWS)],
        "y": [("a", "b")[n % 2] for n in range(ROWS)],
    }
    cells["when"][7] = None
    return store(cells)


def test_no_patient_is_in_two_parts(table: str) -> None:
    data = OwnTable(table=table, target="y", group="patient")
    assert list(data.problems()) == []
    found = data.prepare()
    patients = {name: set(part.places % 30) for name, part in found.parts.items()}
    assert sum(map(len, patients.values())) == 30
    assert set.union(*patients.values()) == set(range(30))
    theirs = GroupShuffleSplit(1, test_size=4, random_state=0)
    rows = np.arange(ROWS)
    _, test = next(theirs.split(rows, groups=rows % 30))
    assert len(found.parts["test"]) == len(test)
    assert found.names == ("when: year", "when: month", "when: day", "when: weekday", "hours", "x")
    assert "patient (it divides the rows)" in found.told["columns"]


def test_each_group_is_in_the_test_of_one_fold(table: str) -> None:
    tests = []
    for fold in range(1, 6):
        split = Split(folds=5, fold=fold)
        found = OwnTable(table=table, target="y", group="patient", split=split).prepare()
        tests.append(set(found.parts["test"].places % 30))
    assert [len(each) for each in tests] == [6] * 5
    assert set.union(*tests) == set(range(30))
    rows = np.arange(ROWS)
    theirs = GroupKFold(5).split(rows, groups=rows % 30)
    assert sorted(len(set(test % 30)) for _, test in theirs) == [6] * 5


@given(
    groups=st.lists(st.integers(-1, 12), min_size=20, max_size=80),
    seed=st.integers(0, 5),
    folds=st.none() | st.integers(2, 4),
)
def test_groups_are_whole_and_rows_there_once(
    groups: list[int], seed: int, folds: int | None
) -> None:
    codes = np.array(groups)
    parts = by_group(Split(seed=seed, folds=folds), codes)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(len(codes)))
    seen = [set(codes[rows].tolist()) for rows in parts.values()]
    assert sum(map(len, seen)) == len(set(groups))


@pytest.mark.parametrize("column", ["when", "hours"])
def test_the_latest_rows_are_tested_with(table: str, column: str) -> None:
    data = OwnTable(table=table, target="y", time=column)
    assert list(data.problems()) == []
    found = data.prepare()
    assert found.samples == data.sizes()
    values = data.opened().ranks(column, data.wording)
    times = [values[found.parts[name].places] for name in ("train", "validation", "test")]
    assert times[0].max() <= times[1].min()
    assert times[1].max() <= times[2].min()
    if column == "when":
        assert 7 not in np.concatenate([part.places for part in found.parts.values()])
        assert "1 without when" in found.told["rows"]


@given(count=st.integers(12, 90), folds=st.integers(2, 5), seed=st.integers(0, 3))
def test_folds_of_time_are_those_of_time_series_split(count: int, folds: int, seed: int) -> None:
    times = np.random.default_rng(seed).permutation(count)
    order = np.argsort(times)
    theirs = list(TimeSeriesSplit(folds).split(np.arange(count)))
    for fold in range(1, folds + 1):
        split = Split(folds=folds, fold=fold, validation=0.2)
        mine = by_time(split, times)
        train, test = theirs[fold - 1]
        before = np.concatenate([mine["train"], mine["validation"]])
        assert sorted(order[test].tolist()) == mine["test"].tolist()
        assert sorted(order[train].tolist()) == sorted(before.tolist())
        assert times[mine["train"]].max() < times[mine["validation"]].min(initial=count)
        assert {name: len(rows) for name, rows in mine.items()} == time_sizes(split, count)


def test_rows_of_the_same_time_keep_their_order() -> None:
    parts = by_time(Split(validation=0.25, test=0.25), np.zeros(8))
    assert [rows.tolist() for rows in parts.values()] == [[0, 1, 2, 3], [4, 5], [6, 7]]
