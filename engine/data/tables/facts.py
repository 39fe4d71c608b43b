"""What is known of a table that was read, and the sentence of one that was not."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from engine.spec import Spec

FACTS = "facts.json"
TABLE = "table.parquet"

Kind = Literal["integer", "number", "boolean", "date", "text"]
Format = Literal["csv", "parquet", "xlsx", "jsonl", "texts"]
"""`texts`: a zip of text files, a row a file"""


class Refused(ValueError):
    """A file that is not read; `str()` says what is wrong, where, and what to do."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        # What a library says of a damaged file may repeat its bytes.
        super().__init__(printable(sentence))
        self.line = line


class Dialect(Spec):
    """How the cells of a text file are told apart. Detected, and changeable."""

    encoding: str
    """Python's name of the encoding: utf-8, utf-8-sig, utf-16, windows-1252, ..."""
    delimiter: str
    quote: str
    """empty: quotes are ordinary characters"""
    decimal: Literal[".", ","]
    header: bool


class Column(Spec):
    """What was decided about one column, and why."""

    name: str
    kind: Kind
    missing: int
    distinct: int | None
    """different values that are there; None: too many to count"""
    examples: list[str]
    note: str


class Loss(Spec):
    """A conversion that loses something, and how many cells it concerns."""

    column: str
    sentence: str
    count: int


class TableFacts(Spec):
    """Everything that was found and decided."""

    rows: int
    columns: list[Column]
    format: Format
    dialect: Dialect | None
    losses: list[Loss]
    notes: list[str] = []
    """what was guessed or passed over in the file as a whole"""


def load_facts(folder: Path) -> TableFacts:
    """The facts beside a table that was read before."""
    return TableFacts.model_validate_json((folder / FACTS).read_text(encoding="utf-8"))


def save_facts(facts: TableFacts, folder: Path) -> None:
    """Write them beside the table."""
    (folder / FACTS).write_text(facts.model_dump_json(indent=1), encoding="utf-8")


def shown(text: str, length: int = 40) -> str:
    """A cell in a sentence: quoted, short, and without line ends."""
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return f'"{printable(cut)}"'


def printable(text: str) -> str:
    """Line ends and control characters spelled out."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def several(count: int, noun: str) -> str:
    """`1 row`, `1,200 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
