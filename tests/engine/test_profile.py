"""The profile of a table, against numpy, pandas and scikit-learn on the same cells."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.tables.profile import ColumnProfile, Profile, profile
from engine.data.tables.profiling.associate import correlation_ratio, cramers_v, pearson
from engine.data.tables.profiling.tally import Tally
from tests.engine.stored_tables import store


def date(year: int, month: int, day: int) -> datetime:
    """As it is stored: without a zone."""
    return datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)


def column(found: Profile, name: str) -> ColumnProfile:
    return next(each for each in found.columns if each.name == name)


@pytest.fixture
def mixed(tmp_path: Path) -> tuple[Path, pd.DataFrame]:
    """20,000 rows of every kind, with missing cells and 37 rows twice."""
    draw = np.random.default_rng(3)
    size = 20_000
    number: list[float | None] = draw.normal(5, 2, size).tolist()
    number[::7] = [None] * len(number[::7])
    city = draw.choice(["Rome", "Oslo", "Bonn", ""], size, p=[0.5, 0.3, 0.1, 0.1]).tolist()
    whole = draw.integers(0, 9, size).tolist()
    when = [date(2020, 1, 1 + day) for day in draw.integers(0, 31, size)]
    columns: dict[str, list[Any]] = {
        "id": [f"k{number}" for number in range(size)],
        "a": number,
        "a.b": whole,
        "city": city,
        "day": when,
        "yes": (draw.random(size) < 0.25).tolist(),
        "same": ["x"] * size,
        "gone": [None] * size,
    }
    for cells in columns.values():
        cells += cells[:37]
    return store(tmp_path / "table", columns, gone="string"), pd.DataFrame(columns)


def test_numbers_are_those_of_numpy(mixed: tuple[Path, pd.DataFrame]) -> None:
    folder, frame = mixed
    found = column(profile(folder), "a")
    values = frame["a"].dropna().to_numpy()
    assert found.numbers is not None
    assert found.missing == frame["a"].isna().sum()
    assert found.distinct == frame["a"].nunique()
    assert (found.numbers.minimum, found.numbers.maximum) == (values.min(), values.max())
    assert found.numbers.mean == pytest.approx(values.mean(), rel=1e-12)
    assert found.numbers.deviation == pytest.approx(values.std(), rel=1e-12)
    assert found.numbers.quartiles == np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    counts, edges = np.histogram(values, 20)
    assert found.numbers.histogram.counts == counts.tolist()
    np.testing.assert_allclose(found.numbers.histogram.edges, edges, rtol=1e-12)


def test_texts_dates_and_truth(mixed: tuple[Path, pd.DataFrame]) -> None:
    folder, frame = mixed
    found = profile(folder)
    city, counts = column(found, "city"), frame["city"].value_counts()
    assert [(each.value, each.count) for each in city.top] == list(counts.items())
    assert city.lengths is not None
    assert (city.lengths.shortest, city.lengths.longest) == (0, 4)
    assert city.lengths.empty == counts[""]
    assert city.lengths.words == pytest.approx((frame["city"] != "").mean())
    day = column(found, "day")
    assert day.dates is not None
    assert (day.dates.earliest, day.dates.latest) == ("2020-01-01", "2020-01-31")
    assert sum(day.dates.histogram.counts) == len(frame)
    assert {each.value: each.count for each in column(found, "yes").top} == {
        "true": frame["yes"].sum(),
        "false": (~frame["yes"]).sum(),
    }
    whole = column(found, "a.b")
    assert whole.numbers is not None
    assert (whole.numbers.minimum, whole.numbers.maximum, whole.distinct) == (0, 8, 9)


def test_what_kind_of_column_it_is(mixed: tuple[Path, pd.DataFrame]) -> None:
    folder, frame = mixed
    found = profile(folder)
    assert [each.name for each in found.columns if each.constant] == ["same", "gone"]
    assert [each.name for each in found.columns if each.id_like] == []
    assert found.duplicate_rows == frame.duplicated().sum() == 37
    assert found.rows == len(frame)
    gone = column(found, "gone")
    assert (gone.missing, gone.distinct, gone.lengths) == (len(frame), 0, None)


def test_an_id_is_seen_and_prose_is_none(tmp_path: Path) -> None:
    prose = [
        f"The {number}th of many sentences that nobody has to read twice." for number in range(50)
    ]
    columns = {"key": [f"k{number}" for number in range(50)], "text": prose}
    numbers: dict[str, list[Any]] = {
        "whole": list(range(50)),
        "part": [number / 7 for number in range(50)],
    }
    found = profile(store(tmp_path / "t", {**columns, **numbers}))
    assert [each.name for each in found.columns if each.id_like] == ["key", "whole"]
    assert column(found, "text").top == []


def test_the_profile_is_kept_and_the_same_in_another_process(
    mixed: tuple[Path, pd.DataFrame],
) -> None:
    folder, _ = mixed
    first = profile(folder)
    kept = (folder / "profile.json").read_bytes()
    assert profile(folder) == first
    (folder / "profile.json").write_text('{"version": 1, "cut":')
    program = (
        "import sys; from pathlib import Path; from engine.data.tables.profile import profile;"
        "profile(Path(sys.argv[1])); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True)
    assert (folder / "profile.json").read_bytes() == kept


EDGES = [
    [],
    [None],
    [1.0],
    [1.0, 1.0],
    [1.0, np.nextafter(1.0, 2.0)],
    [-1.7e308, 1.7e308, 0.0],
    [float("inf"), 1.0, None],
    [float("inf"), float("-inf")],
    [5e-324, 0.0, -0.0],
]


@pytest.mark.parametrize("cells", EDGES, ids=str)
def test_numbers_at_the_edge(tmp_path: Path, cells: list[float | None]) -> None:
    found = column(profile(store(tmp_path / "t", {"x": cells}, x="double")), "x")
    there = [cell for cell in cells if cell is not None]
    finite = [cell for cell in there if np.isfinite(cell)]
    assert found.distinct == len(set(there))
    if found.numbers is None:
        assert finite == []
        return
    assert sum(found.numbers.histogram.counts) == len(finite)
    assert found.numbers.not_finite == len(there) - len(finite)


def test_whole_numbers_keep_their_last_digit(tmp_path: Path) -> None:
    cells = [2**63 - 1, 2**63 - 2, -(2**63)]
    found = column(profile(store(tmp_path / "t", {"x": cells})), "x")
    assert found.numbers is not None
    assert (found.numbers.minimum, found.numbers.maximum) == (-(2**63), 2**63 - 1)
    assert found.distinct == 3


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=300), st.integers(1, 50))
def test_a_tally_through_files_counts_the_same(numbers: list[int], held: int) -> None:
    keys = np.array(numbers, dtype=np.uint64)
    with Tally(len(keys), held) as tally:
        for start in range(0, len(keys), 60):
            tally.add(keys[start : start + 60])
        found = {
            key: count
            for different, counts in tally.counted()
            for key, count in zip(different.tolist(), counts.tolist(), strict=True)
        }
    assert found == {number: numbers.count(number) for number in set(numbers)}


texts = st.lists(st.text(max_size=3) | st.none(), max_size=60)


@settings(deadline=None, max_examples=50)
@given(texts)
def test_any_text_is_counted_as_python_counts(
    tmp_path_factory: Any, cells: list[str | None]
) -> None:
    folder = tmp_path_factory.mktemp("any") / "t"
    found = profile(store(folder, {"x": cells, "y": cells}, x="string", y="string"))
    there = [cell for cell in cells if cell is not None]
    assert found.columns[0].distinct == len(set(there))
    assert found.duplicate_rows == len(cells) - len(set(cells))
    counts = {value: there.count(value) for value in there if there.count(value) > 1}
    expected = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:10]
    assert [(each.value, each.count) for each in found.columns[0].top] == expected


def test_associations_are_those_of_the_books() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(size=500)
    y = 0.6 * x + draw.normal(size=500)
    assert pearson(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-12)
    codes = draw.integers(1, 4, 500)
    groups = [y[codes == each] for each in (1, 2, 3)]
    between = sum(len(each) * (each.mean() - y.mean()) ** 2 for each in groups)
    expected = np.sqrt(between / ((y - y.mean()) ** 2).sum())
    assert correlation_ratio(codes, y) == pytest.approx(expected, rel=1e-9)
    other = np.where(draw.random(500) < 0.5, codes, draw.integers(1, 4, 500))
    table = pd.crosstab(codes, other).to_numpy()
    from scipy.stats.contingency import association

    assert cramers_v(codes, other) == pytest.approx(association(table, "cramer"), rel=1e-12)
