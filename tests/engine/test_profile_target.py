"""What a profile says of a target: leaks, classes, columns of persons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.tables.personal import looks_personal
from engine.data.tables.profile import profile
from tests.engine.stored_tables import store
from tests.engine.test_profile import date


@pytest.fixture
def loans(tmp_path: Path) -> Path:
    """Loans that fail; one column is written down afterwards, another copies the amount."""
    draw = np.random.default_rng(5)
    size = 4_000
    failed = draw.random(size) < 0.06
    amount = np.exp(draw.normal(3, 1, size))
    return store(
        tmp_path / "loans",
        {
            "income": (draw.normal(3, 1, size) - failed).tolist(),
            "reminder": [
                date(2021, 5, 1 + int(n) % 28) if f else None for n, f in enumerate(failed)
            ],
            "number": [f"L{number}" for number in range(size)],
            "area": draw.choice(["north", "south"], size).tolist(),
            "cents": np.round(amount * 100).astype(int).tolist(),
            "amount": amount.tolist(),
            "failed": np.where(failed, "yes", "no").tolist(),
        },
    )


def test_a_column_that_gives_the_class_away_is_named(loans: Path) -> None:
    found = profile(loans, "failed").target
    assert found is not None
    assert (found.task, found.compared_rows) == ("classification", 4_000)
    assert [leak.column for leak in found.leaks] == ["reminder"]
    assert "100.0 % of 2,000 rows that were held out" in found.leaks[0].sentence
    assert [each.value for each in found.classes] == ["no", "yes"]
    assert any('"no" has 9' in note for note in found.notes)


def test_a_column_that_gives_the_number_away_is_named(loans: Path) -> None:
    found = profile(loans, "amount").target
    assert found is not None
    assert (found.task, [leak.column for leak in found.leaks]) == ("regression", ["cents"])
    assert found.associations[0].column == "cents"
    assert found.associations[0].value == pytest.approx(1.0, abs=1e-3)
    assert "number" not in [each.column for each in found.associations]


def test_a_rare_class_alone_makes_no_leak(tmp_path: Path) -> None:
    draw = np.random.default_rng(2)
    rare = [number % 200 == 0 for number in range(2_000)]
    columns = {"x": draw.normal(size=2_000).tolist(), "y": rare}
    found = profile(store(tmp_path / "t", columns), "y").target
    assert found is not None
    assert found.leaks == []


def test_targets_that_cannot_be_learned_are_said(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "x": [1.5, 2.5, 3.5, 4.5],
        "one": ["a", "a", "a", None],
        "few": ["a", "b", "c", "c"],
    }
    folder = store(tmp_path / "t", columns)
    one, few = profile(folder, "one").target, profile(folder, "few").target
    assert one is not None
    assert few is not None
    assert one.notes[0].startswith("1 rows have no target")
    assert "only one class" in one.notes[1]
    assert "2 classes have a single row" in few.notes[0]
    with pytest.raises(KeyError):
        profile(folder, "none")


PERSONAL = [
    ("Email", [], "e-mail addresses"),
    ("contact", ["ann@example.org", "bob@example.com", ""], "e-mail addresses"),
    ("x", ["+49 30 1234567", "(030) 123-4567"], "phone numbers"),
    ("customerName", [], "names"),
    ("file name", ["a.txt"], ""),
    ("who", ["Ada Lovelace", "Grace Hopper", "Emmy Noether"], "names"),
    ("city", ["New York", "New York", "San Francisco", "New York"], ""),
    ("code", ["0012", "0450"], ""),
    ("day", ["01/02/2020", "02/02/2020"], ""),
    ("review", ["I liked it a lot", "not for me"], ""),
]


@pytest.mark.parametrize(("name", "cells", "what"), PERSONAL)
def test_columns_of_persons_are_guessed(name: str, cells: list[str], what: str) -> None:
    assert looks_personal(name, "text", cells) == what
