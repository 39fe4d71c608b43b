"""What is wrong with the settings of a table, as sentences at the setting to change."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.config import RunConfig
from engine.data import OwnTable
from engine.data.tables.place import own_data_folder
from engine.problem import SettingsError
from engine.settings.check import problems
from tests.engine.own_tables import moment, store

ROWS = 2400


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Flats, with a column for each mistake."""
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))
    cells: dict[str, list[Any]] = {
        "Price": [float(n % 997) for n in range(ROWS)],
        "rooms": [n % 5 for n in range(ROWS)],
        "city": [("Ulm", "Bern")[n % 2] for n in range(ROWS)],
        "comment": [f"comment {n}" for n in range(ROWS)],
        "sold": [moment(2020, 1, 1 + n % 28) for n in range(ROWS)],
        "country": ["DE"] * ROWS,
        "rare": ["once" if n == 3 else "often" for n in range(ROWS)],
        "nothing": [None] * ROWS,
        "few": [("a", "b")[n % 2] if n < 7 else None for n in range(ROWS)],
        "block": [f"b{n % 3}" for n in range(ROWS)],
    }
    return store(cells)


CASES: list[tuple[dict[str, Any], str, str]] = [
    ({}, "target", "name the column that is to be predicted; there are Price, rooms, city, comm"),
    ({"target": "price"}, "target", "the table has no column price; did you mean Price?"),
    ({"target": "zzzz"}, "target", "the table has no column zzzz; there are Price, rooms"),
    ({"target": "city", "features": ["romms"]}, "features", "no column romms; did you mean rooms?"),
    ({"target": "city", "group": "blok"}, "group", "no column blok; did you mean block?"),
    ({"target": "city", "features": ["city", "rooms"]}, "features", "city is the target: with it"),
    ({"target": "city", "time": "city"}, "time", "city is the target; choose another column"),
    ({"target": "city", "group": "block", "time": "sold"}, "time", "choose one of the two"),
    ({"target": "city", "time": "block"}, "time", "block is no date and no number"),
    ({"target": "country"}, "target", "country is DE in every row, so there is nothing to tell"),
    ({"target": "rare"}, "target", "of rare once has only one row, and a class needs at least 2"),
    ({"target": "nothing"}, "target", "nothing is empty; choose another column"),
    ({"target": "few"}, "table", "the table has 7 rows with a few, and at least 10 are needed"),
    ({"target": "comment"}, "target", "comment has 2,400 different values, and classes may be"),
    (
        {"target": "comment", "task": "regression"},
        "task",
        "comment is text, and regression predicts a number; choose classification",
    ),
    ({"target": "sold"}, "target", "sold is a date, which no model predicts"),
    (
        {"target": "city", "features": ["comment"]},
        "features",
        "comment has 2,400 different texts, too many for categories; name it in data.text",
    ),
    ({"target": "city", "text": "rooms"}, "text", "rooms is no text; name it among the features"),
    ({"target": "city", "text": "comment", "features": ["rooms"]}, "features", "alone is read"),
    ({"target": "Price", "text": "comment"}, "text", "from a text a class is predicted, and Price"),
    (
        {"target": "city", "group": "city"},
        "group",
        "city is the target; choose another column",
    ),
    ({"target": "city", "group": "block"}, "group", "block has 3 groups, which leaves none for"),
]


@pytest.mark.parametrize(("choices", "field", "sentence"), CASES)
def test_sentences(table: str, choices: dict[str, Any], field: str, sentence: str) -> None:
    found = list(OwnTable(table=table, **choices).problems())
    assert any(path == f"data.{field}" and sentence in text for path, text in found), found
    # Nothing that the rest of the check stumbles over.
    assert problems(RunConfig(data=OwnTable(table=table, **choices)))


def test_a_table_that_nobody_chose_or_that_is_gone(table: str) -> None:
    sentences = {
        "": "no table is chosen; add one",
        "flats.csv": "flats.csv is no stored table",
        "/etc/passwd": "A file can be named for python -m engine alone",
        "0" * 64: "the table was deleted, or is not on this machine; choose another",
    }
    for name, sentence in sentences.items():
        (found,) = OwnTable(table=name, target="city").problems()
        assert found.path == "data.table"
        assert sentence in found.message
    data = OwnTable(table=table, target="city")
    assert list(data.problems()) == []
    shutil.rmtree(own_data_folder() / table)
    (found,) = data.problems()
    assert "deleted" in found.message
    with pytest.raises(FileNotFoundError, match="choose another, or add it again"):
        data.prepare()


def test_a_table_with_damaged_facts_is_no_table(table: str) -> None:
    (own_data_folder() / table / "facts.json").write_text("{")
    (found,) = OwnTable(table=table, target="city").problems()
    assert found.path == "data.table"


def test_the_task_follows_the_target(table: str) -> None:
    tasks = {name: OwnTable(table=table, target=name).card for name in ("city", "rooms", "Price")}
    assert [card.task for card in tasks.values()] == ["classification"] * 2 + ["regression"]
    assert tasks["city"].classes == ("Bern", "Ulm")
    assert tasks["rooms"].classes == tuple("01234")
    chosen = OwnTable(table=table, target="rooms", task="regression")
    assert chosen.card.task == "regression"
    assert chosen.prepare().target.mean == pytest.approx(2, abs=0.1)


def test_what_nobody_chose_is_left_out_with_the_reason(table: str) -> None:
    said = OwnTable(table=table, target="city").prepare().told["columns"]
    assert "comment (2,400 different texts)" in said
    assert "country (it never changes)" in said
    assert "nothing (it is empty)" in said


def test_rows_that_leave_nothing_to_tell_apart(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))
    cells: dict[str, list[Any]] = {
        "x": [None if n % 2 else 1.0 * n for n in range(40)],
        "y": [("a", "b")[n % 2] for n in range(40)],
    }
    data = OwnTable(table=store(cells), target="y", missing="drop")
    assert list(data.problems()) == []
    with pytest.raises(SettingsError, match="in the training part y is the same in every row"):
        data.prepare()


def test_numbers_that_32_bits_cannot_hold_are_said(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))
    x, y = [10.0 ** (n * 5) for n in range(60)], [n % 2 for n in range(60)]
    with pytest.raises(SettingsError, match="too large for the 32 bits"):
        OwnTable(table=store({"x": x, "y": y}), target="y", scaling="none").prepare()
    assert np.isfinite(x).all()
