"""Puts the measured lines into the README, each in the place of its earlier measurement."""

from __future__ import annotations

from collections.abc import Sequence

from bench.accuracy.readme import README
from bench.row import HEAD, Row

BEGIN, END = "<!-- bench live: begin -->", "<!-- bench live: end -->"


def write(rows: Sequence[Row]) -> None:
    """The whole table. Raises ValueError when the README has no place for it."""
    README.write_text(replaced(README.read_text(), rows))


def replaced(text: str, rows: Sequence[Row]) -> str:
    """`text` with these rows as its table."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the text has no {BEGIN} with an {END}")
    return "\n".join([before + BEGIN, *HEAD, *(row.line for row in rows), END + after])
