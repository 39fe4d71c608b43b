"""People's own tables: what was found in them, and where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from engine.spec import Spec

Kind = Literal["integer", "number", "boolean", "date", "text"]


class Dialect(Spec):
    """How a text file is a table."""

    encoding: str
    delimiter: str
    quote: str
    decimal: Literal[".", ","]
    header: bool


class Column(Spec):
    """What was decided about one column, and why."""

    name: str
    kind: Kind
    missing: int
    distinct: int | None
    examples: list[str]
    note: str = ""


class Loss(Spec):
    """A conversion that would lose something."""

    column: str
    sentence: str
    count: int


class TableFacts(Spec):
    """A table without its cells."""

    rows: int
    columns: list[Column]
    format: Literal["csv", "parquet", "xlsx", "jsonl"]
    dialect: Dialect | None
    losses: list[Loss]


def load_facts(folder: Path) -> TableFacts:
    """Of a stored table."""
    return TableFacts.model_validate_json((folder / "facts.json").read_text())
