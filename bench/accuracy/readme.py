"""Keeps the README's table: each row that was measured anew takes the place of the old one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- bench accuracy: begin -->", "<!-- bench accuracy: end -->"
HEAD = (
    "| model and data | metric | reached | asked | reference | runs | CPU seconds |",
    "|---|---|---|---|---|---|---|",
)


def replaced(text: str, order: Sequence[str], rows: Mapping[str, str]) -> str:
    """`text` with `rows` in its table; both are lines by what they begin with, in `order`.

    Raises:
        ValueError: the text has no place for the table.
    """
    before, begin, rest = text.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the text has no {BEGIN} with an {END}")
    kept = {key(line): line for line in old.splitlines() if line.startswith("|")}
    known = {**kept, **rows}
    lines = [*HEAD, *(known[each] for each in order if each in known)]
    return "\n".join([before + BEGIN, *lines, END + after])


def key(row: str) -> str:
    """What tells a row from others: model, data and metric."""
    return "|".join(row.split("|")[1:3])


def write(order: Sequence[str], rows: Sequence[str]) -> None:
    """Puts the rows into the README."""
    text = README.read_text()
    README.write_text(replaced(text, order, {key(row): row for row in rows}))
