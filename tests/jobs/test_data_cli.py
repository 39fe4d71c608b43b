"""`./trainyard data ...` as a person or a script uses it: real processes, real output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jobs.data_sets import DataSets
from jobs.home import Home
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.terminal import on_a_terminal

CUSTOMERS = "customer,email,price,area,left\n" + "".join(
    f"{number:04},c{number}@example.org,{number / 4},{'north' if number % 3 else 'south'},"
    f"{'yes' if number % 5 == 0 else 'no'}\n"
    for number in range(100)
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that needs no Redis."""
    for name in ("TRAINYARD_DATABASE_URL", "TRAINYARD_STORE"):
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path / "home").create()


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS)
    return path


def test_adding_says_what_was_found(place: Home, customers: Path) -> None:
    added = trainyard("data", "add", str(customers), "--name", "mine \x1b[31m", home=place)
    assert added.returncode == 0, added.stderr
    for part in ("100 rows, 5 columns", "utf-8, delimiter comma", "the first line is the header"):
        assert part in added.stdout
    (row,) = [line for line in added.stdout.splitlines() if line.startswith("customer ")]
    assert row.split()[1:4] == ["text", "0", "100"]
    assert '"email" looks like e-mail addresses: --drop "email" leaves it out' in added.stderr
    assert "version 1" in added.stdout.splitlines()[-1]
    assert "\x1b" not in added.stdout


def test_own_tables_are_listed_first(place: Home, customers: Path) -> None:
    empty = trainyard("data", "list", home=place)
    assert empty.stdout.startswith("data=")
    trainyard("data", "add", str(customers), home=place)
    trainyard("data", "add", str(customers), home=place)
    lines = trainyard("data", "list", home=place).stdout.splitlines()
    assert lines[0].startswith("own data")
    assert [line.split()[:4] for line in lines[1:3]] == [
        ["customers", "2", "100", "5"],
        ["customers", "1", "100", "5"],
    ]
    assert any(line.startswith("breast_cancer") for line in lines)
    listed = json.loads(trainyard("data", "list", "--json", home=place).stdout)
    assert [(each["name"], each["version"]) for each in listed["own"]] == [
        ("customers", 2),
        ("customers", 1),
    ]
    assert listed["iris"]["samples"] == 150


def test_show_has_columns_and_first_rows(place: Home, customers: Path) -> None:
    added = json.loads(trainyard("data", "add", str(customers), "--json", home=place).stdout)
    shown = trainyard("data", "show", "customers", "--rows", "2", home=place).stdout
    assert added["digest"] in shown
    first = shown.splitlines()[-2:]
    assert [line.split()[:2] for line in first] == [
        ["0000", "c0@example.org"],
        ["0001", "c1@example.org"],
    ]
    answer = json.loads(
        trainyard("data", "show", added["id"][:14], "--rows", "1", "--json", home=place).stdout
    )
    assert answer["facts"] == added["facts"]
    assert answer["first_rows"] == [["0000", "c0@example.org", "0.0", "south", "yes"]]


def test_profile_measures_and_compares(place: Home, customers: Path) -> None:
    trainyard("data", "add", str(customers), home=place)
    said = trainyard("data", "profile", "customers", "--target", "left", home=place)
    assert said.returncode == 0, said.stderr
    for part in (
        "100 rows, 0 of them equal to an earlier one",
        "customer: text, 100 different, 0.0 % missing, like an id",
        "looks like e-mail addresses",
        "target left: a class to predict",
        "  no 80",
    ):
        assert part in said.stdout
    answer = json.loads(trainyard("data", "profile", "customers", "--json", home=place).stdout)
    assert (answer["target"], answer["rows"]) == (None, 100)
    assert answer["columns"][3]["top"] == [
        {"value": "north", "count": 66},
        {"value": "south", "count": 34},
    ]


def test_what_would_be_lost_is_refused_in_a_pipe(place: Home, customers: Path) -> None:
    customers.write_text("amount\n1.5\n2\nmany\n")
    words = ("data", "add", str(customers), "--kind", "amount=number")
    refused = trainyard(*words, home=place)
    assert refused.returncode == 2
    assert '"amount": "many" is no finite number and becomes missing (1 cell)' in refused.stderr
    assert "Nothing was kept" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert sets_of(place) == []
    accepted = trainyard(*words, "--yes", home=place)
    assert accepted.returncode == 0
    assert '"amount": ' in accepted.stderr
    as_text = trainyard("data", "add", str(customers), home=place)
    assert (as_text.returncode, as_text.stderr) == (0, "")
    assert [each["version"] for each in sets_of(place)] == [2, 1]


@pytest.mark.parametrize(("answer", "code", "kept"), [("y", 0, 1), ("n", 2, 0)])
def test_on_a_terminal_it_asks(
    place: Home, customers: Path, answer: str, code: int, kept: int
) -> None:
    customers.write_text("amount\n1.5\n2\nmany\n")
    words = ["data", "add", str(customers), "--kind", "amount=number"]
    screen, status = on_a_terminal(words, place, answer)
    assert "reading 100 %" in screen
    assert "Keep the table with what is lost?" in screen
    assert (status, len(sets_of(place))) == (code, kept)


def test_protected_columns_and_the_file_are_not_kept(place: Home, customers: Path) -> None:
    added = trainyard(
        *("data", "add", str(customers), "--drop", "customer", "--hash", "email"), home=place
    )
    assert "the file itself is not kept" in added.stderr
    assert "looks like" not in added.stderr
    shown = trainyard("data", "show", "customers", home=place).stdout
    assert "dropped  customer" in shown
    assert "hashed   email" in shown
    for text in (shown, added.stdout):
        assert "example.org" not in text
    left = [path for path in place.data.rglob("*") if path.is_file()]
    assert left
    assert not any(b"example.org" in path.read_bytes() for path in left)


def test_the_dialect_can_be_said(place: Home, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("1,5;2\n2,5;3\n")
    words = ("--delimiter", ";", "--decimal", ",", "--no-header", "--encoding", "utf-8")
    added = trainyard(*("data", "add", str(path), *words, "--quote", "none", "--json"), home=place)
    assert added.returncode == 0, added.stderr
    facts = json.loads(added.stdout)["facts"]
    assert facts["dialect"]["delimiter"] == ";"
    assert (facts["rows"], len(facts["columns"])) == (2, 2)
    only = trainyard("data", "add", str(path), "--no-header", "--json", home=place)
    assert json.loads(only.stdout)["facts"]["rows"] == 2


def test_rename_and_delete(place: Home, customers: Path) -> None:
    for _ in range(2):
        trainyard("data", "add", str(customers), home=place)
    renamed = trainyard("data", "rename", "customers", "clients", home=place)
    assert [line.split(maxsplit=1)[1] for line in renamed.stdout.splitlines()] == [
        "clients, version 1",
        "clients, version 2",
    ]
    several = trainyard("data", "delete", "clients", home=place)
    assert several.returncode == 2
    assert "has 2 versions. Name one: clients@2, clients@1." in several.stderr
    assert trainyard("data", "delete", "clients@1", home=place).stdout == (
        "deleted clients, version 1\n"
    )
    gone = json.loads(trainyard("data", "delete", "clients", "--json", home=place).stdout)
    assert gone["deleted"]["version"] == 2
    assert sets_of(place) == []


BAD = [
    (["add", "nothing.csv"], "There is no file nothing.csv"),
    (["add", "/dev/null"], "/dev/null is no file"),
    (["add", "CUSTOMERS", "--drop", "nothing"], "nothing"),
    (["add", "CUSTOMERS", "--name", " "], "needs a name"),
    (["add", "CUSTOMERS", "--name", "x" * 201], "200"),
    (["add", "CUSTOMERS", "--kind", "price"], "COLUMN=TYPE"),
    (["add", "CUSTOMERS", "--kind", "price=money"], "integer, number, boolean, date, text"),
    (["add", "CUSTOMERS", "--decimal", "x"], "--decimal 'x' is not one of"),
    (["add", "CUSTOMERS", "--encoding", "martian"], "martian"),
    (["show", "nothing"], "There is no data set 'nothing'"),
    (["profile", "nothing"], "There is no data set 'nothing'"),
    (["rename", "nothing", "other"], "There is no data set 'nothing'"),
    (["delete", "nothing"], "There is no data set 'nothing'"),
]


@pytest.mark.parametrize(("words", "part"), BAD)
def test_bad_input_is_a_sentence_and_exit_code_two(
    place: Home, customers: Path, words: list[str], part: str
) -> None:
    given = [str(customers) if word == "CUSTOMERS" else word for word in words]
    refused = trainyard("data", *given, home=place)
    assert refused.returncode == 2
    assert part in refused.stderr
    assert "Traceback" not in refused.stderr
    assert sets_of(place) == []


def test_a_target_that_is_not_there(place: Home, customers: Path) -> None:
    trainyard("data", "add", str(customers), home=place)
    refused = trainyard("data", "profile", "customers", "--target", "gone", home=place)
    assert refused.returncode == 2
    assert "The table has: customer, email, price, area, left." in refused.stderr


def sets_of(place: Home) -> list[dict[str, Any]]:
    yard = Yard.open(place)
    found = [each.to_dict() for each in DataSets.of(yard).list()]
    yard.close()
    return found
