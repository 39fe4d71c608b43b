"""The documents name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.accuracy import asked, names_of, readme
from bench.accuracy.bars import BARS
from bench.accuracy.readme import BEGIN, END, replaced

PROJECT = Path(__file__).parents[1]
NAMED = re.compile(r"\b(?:engine|jobs|dashboard|tests|bench|docs)/[\w/.-]*\w")


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md"])
def test_every_file_a_document_names_is_there(document: str) -> None:
    named = set(NAMED.findall((PROJECT / document).read_text()))
    assert named
    assert {path for path in named if not (PROJECT / path).exists()} == set()


def test_a_row_measured_anew_takes_the_place_of_the_old_one() -> None:
    text = f"a\n{BEGIN}\n{END}\nb\n"
    order = ["x | loss", "y | loss"]
    lines = {each: f"| {each} | 1 |" for each in order}
    keys = {readme.key(line): line for line in lines.values()}
    first = replaced(text, list(keys), {readme.key(lines["y | loss"]): "| y | loss | 1 |"})
    both = replaced(first, list(keys), {readme.key("| x | loss | 2 |"): "| x | loss | 2 |"})
    again = replaced(both, list(keys), {readme.key("| y | loss | 3 |"): "| y | loss | 3 |"})
    assert again.splitlines()[-4:] == ["| x | loss | 2 |", "| y | loss | 3 |", END, "b"]
    with pytest.raises(ValueError, match="no <!-- bench"):
        replaced("nothing", [], {})


def test_the_accuracy_table_has_every_bar_with_what_is_asked() -> None:
    text = (PROJECT / "README.md").read_text()
    table = text.partition(BEGIN)[2].partition(END)[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[3:]]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        (*names_of(bar), asked(bar)) for bar in BARS
    ]
    for row in rows:
        sign, bar = row[3].split()
        reached = float(row[2].split()[0])
        assert reached >= float(bar) if sign == "≥" else reached <= float(bar), row
