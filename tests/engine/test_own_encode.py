"""Columns as numbers: equal to scikit-learn's, fitted on the training part alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from engine.data import OwnTable
from engine.data.own.choices import DateParts
from engine.data.prepared import Prepared
from tests.engine.own_tables import moment, store

ROWS = 300
SCALERS = {
    "standard": StandardScaler,
    "minmax": MinMaxScaler,
    "robust": RobustScaler,
    "none": FunctionTransformer,
}
STRATEGIES = {"mean": "mean", "median": "median", "mode": "most_frequent", "constant": "constant"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of this test alone."""
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))


def cells(seed: int = 0) -> dict[str, list[Any]]:
    """Numbers with gaps, one that never changes, texts with gaps and a long tail."""
    draw = np.random.default_rng(seed)
    gaps = draw.random((ROWS, 3)) < 0.1
    number, whole = draw.normal(50, 20, ROWS), draw.integers(0, 9, ROWS)
    text = [f"t{int(each)}" for each in draw.exponential(4, ROWS)]
    return {
        "number": [None if gap else float(x) for gap, x in zip(gaps[:, 0], number, strict=True)],
        "whole": [None if gap else int(x) for gap, x in zip(gaps[:, 1], whole, strict=True)],
        "same": [0.1 if n else 0.5 for n in range(ROWS)],
        "text": [None if gap else x for gap, x in zip(gaps[:, 2], text, strict=True)],
        "target": draw.normal(0, 1, ROWS).tolist(),
    }


def prepared(table: dict[str, list[Any]], **choices: Any) -> Prepared:
    data = OwnTable(table=store(table), target="target", **choices)
    assert list(data.problems()) == []
    return data.prepare()


def column(table: dict[str, list[Any]], name: str, rows: NDArray[np.int64]) -> NDArray[Any]:
    """As scikit-learn takes it."""
    values = [table[name][row] for row in rows]
    if name == "text":
        return np.array(values, dtype=object)[:, None]
    return np.array([np.nan if v is None else v for v in values], dtype=float)[:, None]


@pytest.mark.parametrize("scaling", SCALERS)
@pytest.mark.parametrize("missing", STRATEGIES)
@pytest.mark.parametrize("name", ["number", "whole", "same"])
def test_numbers_are_those_of_scikit_learn(name: str, missing: str, scaling: str) -> None:
    table = cells()
    found = prepared(
        table,
        features=[name],
        missing=missing,
        scaling=scaling,
        missing_value=-7.5,
        missing_indicator=True,
    )
    fill = SimpleImputer(strategy=STRATEGIES[missing], fill_value=-7.5)
    theirs = make_pipeline(fill, SCALERS[scaling]())
    marks = MissingIndicator(error_on_new=False)
    train = column(table, name, found.parts["train"].places)
    theirs.fit(train)
    marks.fit(train)
    for part in found.parts.values():
        there = column(table, name, part.places)
        wanted = np.concatenate([theirs.transform(there), marks.transform(there)], axis=1)
        np.testing.assert_allclose(part.inputs[0], wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("missing", ["mode", "constant"])
@pytest.mark.parametrize("most", [6, 200])
def test_one_hot_is_that_of_scikit_learn(missing: str, most: int) -> None:
    table = cells()
    found = prepared(table, features=["text"], missing=missing, most_categories=most)
    fill = SimpleImputer(
        strategy=STRATEGIES[missing], missing_values=None, fill_value="~ after all others"
    )
    encoder = OneHotEncoder(
        handle_unknown="ignore", sparse_output=False, max_categories=most if most < 20 else None
    )
    theirs = make_pipeline(fill, encoder)
    theirs.fit(column(table, "text", found.parts["train"].places))
    for part in found.parts.values():
        wanted = theirs.transform(column(table, "text", part.places))
        mine = part.inputs[0]
        if missing == "constant" and most == 200:
            # "missing" stands in the alphabet before t0, their stand-in after all.
            mine = np.roll(mine, -1, axis=1)
        if missing == "constant" and most == 6:
            order = np.argsort([name == "text=missing" for name in found.names[:-1]], kind="stable")
            mine = mine[:, [*order, len(order)]]
        np.testing.assert_array_equal(mine, wanted)
    assert {len(part.inputs[0].T) for part in found.parts.values()} == {len(found.names)}


@pytest.mark.parametrize("most", [6, 200])
def test_ordinal_is_that_of_scikit_learn(most: int) -> None:
    table = cells()
    found = prepared(
        table, features=["text"], missing="mode", categories="ordinal", most_categories=most
    )
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=-1,
        max_categories=most if most < 20 else None,
    )
    theirs = make_pipeline(
        SimpleImputer(strategy="most_frequent", missing_values=None), encoder, StandardScaler()
    )
    theirs.fit(column(table, "text", found.parts["train"].places))
    for part in found.parts.values():
        wanted = theirs.transform(column(table, "text", part.places))
        np.testing.assert_allclose(part.inputs[0], wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("categories", ["one_hot", "ordinal"])
def test_a_text_that_training_never_saw_is_nothing_or_minus_one(categories: str) -> None:
    table = cells()
    test = prepared(table).parts["test"].places
    table["text"][test[0]] = "never seen before"
    found = prepared(table, features=["text"], categories=categories, scaling="none")
    row = found.parts["test"].inputs[0][0]
    assert row.tolist() == ([-1.0] if categories == "ordinal" else [0.0] * len(found.names))
    assert not any("never" in name for name in found.names)


FITS = [
    {"missing": missing, "scaling": scaling, "categories": categories, "missing_indicator": True}
    for missing in ("mean", "median", "mode")
    for scaling in ("standard", "minmax", "robust")
    for categories in ("one_hot", "ordinal")
]


@pytest.mark.parametrize("choices", FITS, ids=lambda each: "-".join(map(str, each.values())))
def test_nothing_is_measured_outside_the_training_part(choices: dict[str, Any]) -> None:
    table = cells()
    clean = prepared(table, **choices)
    for name in ("validation", "test"):
        for row in clean.parts[name].places:
            table["number"][row] = 1e9
            table["whole"][row] = None
            table["text"][row] = f"poison {row}"
            table["target"][row] = 1e6
    poisoned = prepared(table, features=["number", "whole", "same", "text"], **choices)
    assert poisoned.names == clean.names
    assert poisoned.target == clean.target
    assert np.array_equal(poisoned.parts["train"].inputs[0], clean.parts["train"].inputs[0])
    assert np.array_equal(poisoned.parts["train"].targets, clean.parts["train"].targets)
    assert not np.array_equal(poisoned.parts["test"].inputs[0], clean.parts["test"].inputs[0])


def test_a_vocabulary_is_learned_from_the_training_part() -> None:
    draw = np.random.default_rng(1)
    words = np.array(["good", "bad", "fine", "awful", "food", "place"])
    table = {
        "text": [" ".join(draw.choice(words, 5)) for _ in range(100)],
        "target": [("yes", "no")[n % 2] for n in range(100)],
    }
    clean = prepared(table, text="text", length=8)
    for row in clean.parts["test"].places:
        table["text"][row] = "words of the test alone"
    poisoned = prepared(table, text="text", length=8)
    assert clean.vocabulary is not None
    assert poisoned.vocabulary is not None
    assert poisoned.vocabulary.size == clean.vocabulary.size
    assert poisoned.vocabulary.encode("alone") == clean.vocabulary.encode("never")
    assert poisoned.parts["test"].texts[0] == "words of the test alone"


def test_dates_become_parts_and_a_missing_one_is_filled_up() -> None:
    begin = moment(1969, 12, 25, 22, 30)
    dates = [begin + timedelta(hours=37 * n) for n in range(ROWS)]
    table: dict[str, list[Any]] = {**cells(), "when": list(dates)}
    table["when"][5] = None
    parts = DateParts(hour=True)
    found = prepared(table, features=["when"], scaling="none", missing="median", dates=parts)
    names = ("year", "month", "day", "weekday", "hour")
    assert found.names == tuple(f"when: {name}" for name in names)
    wanted = np.array([[d.year, d.month, d.day, d.weekday(), d.hour] for d in dates], dtype=float)
    train = found.parts["train"].places
    wanted[5] = np.median(wanted[train[train != 5]], axis=0)
    for part in found.parts.values():
        np.testing.assert_array_equal(part.inputs[0], wanted[part.places])


def test_without_parts_a_date_is_left_out() -> None:
    table: dict[str, list[Any]] = {
        **cells(),
        "when": [moment(2020, 1, 1 + n % 9) for n in range(ROWS)],
    }
    none = DateParts(year=False, month=False, day=False, weekday=False)
    found = prepared(table, dates=none)
    assert not any("when" in name for name in found.names)
    assert "when (a date, and no part of it is chosen)" in found.told["columns"]
