"""The documents name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.accuracy import readme
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
