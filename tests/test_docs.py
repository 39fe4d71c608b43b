"""The documents name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
NAMED = re.compile(r"\b(?:engine|jobs|dashboard|tests|bench|docs)/[\w/.-]*\w")


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md"])
def test_every_file_a_document_names_is_there(document: str) -> None:
    named = set(NAMED.findall((PROJECT / document).read_text()))
    assert named
    assert {path for path in named if not (PROJECT / path).exists()} == set()
