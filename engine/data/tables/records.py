"""One record after the other, told apart strictly: the reference, used on samples and for errors.

PyArrow reads the bulk. It lets through what is refused here (docs/decisions.md has the list), so
`chunks.py` looks for that and asks this parser for the line and the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from engine.data.tables.facts import Dialect, Refused, shown

MOST_CHARACTERS = 10_000_000
"""in one cell"""


@dataclass(frozen=True)
class Record:
    """The cells of one record, the line it begins in, and where it ends in the text."""

    line: int
    cells: list[str]
    quoted: list[bool]
    end: int

    @property
    def blank(self) -> bool:
        """A line without any character."""
        return self.cells == [""] and not self.quoted[0]


@cache
def plain(delimiter: str) -> re.Pattern[str]:
    """A cell without quotes around it."""
    return re.compile(f"[^{re.escape(delimiter)}\r\n]*")


@cache
def enclosed(quote: str) -> re.Pattern[str]:
    """A cell with quotes around it; a doubled quote is one of the text."""
    q = re.escape(quote)
    return re.compile(f"{q}([^{q}]*(?:{q}{q}[^{q}]*)*){q}(?!{q})")


def line_end(text: str) -> str:
    """What ends lines: a line feed (with or without a carriage return), or only the latter."""
    match = re.search(r"\r\n|\n|\r", text)
    return "\r" if match and match[0] == "\r" else "\n"


class Parser:
    """Walks through a text. `whole`: nothing follows it, so what is open at its end is an error."""

    def __init__(self, text: str, dialect: Dialect, ending: str, line: int, whole: bool) -> None:
        self.text, self.dialect, self.ending = text, dialect, ending
        self.line, self.whole, self.place = line, whole, 0

    def records(self) -> Iterator[Record]:
        """Every record; where the text is only a beginning, without the last."""
        while self.place < len(self.text):
            line = self.line
            cells: list[str] = []
            quoted: list[bool] = []
            while True:
                cell, with_quotes = self.cell()
                if self.place >= len(self.text) and not self.whole:
                    return
                cells.append(cell)
                quoted.append(with_quotes)
                if not self.text.startswith(self.dialect.delimiter, self.place):
                    break
                self.place += 1
            self.finish_line()
            yield Record(line, cells, quoted, self.place)

    def cell(self) -> tuple[str, bool]:
        """The cell that begins here."""
        quote = self.dialect.quote
        if quote and self.text.startswith(quote, self.place):
            return self.quoted_cell(quote), True
        match = plain(self.dialect.delimiter).match(self.text, self.place)
        assert match is not None
        self.place = match.end()
        if quote and quote in match[0]:
            raise Refused(
                f"Line {self.line}: a quote {quote} stands inside the cell "
                f"{shown(match[0])}, which does not begin with one. Write the cell as "
                f"{quote}…{quote} with the quote inside doubled, or say that the file has no "
                "quotes.",
                self.line,
            )
        return checked(match[0], self.line), False

    def quoted_cell(self, quote: str) -> str:
        """The cell in quotes that begins here."""
        line = self.line
        match = enclosed(quote).match(self.text, self.place)
        if match is None:
            return self.unclosed(quote)
        inside = match[1]
        self.place = match.end()
        self.line += inside.count(self.ending)
        following = self.text[self.place : self.place + 1]
        if following and following not in (self.dialect.delimiter, "\r", "\n"):
            begun = "" if line == self.line else f" (the cell begins in line {line})"
            after = re.split(r"[\r\n]", self.text[self.place : self.place + 40], maxsplit=1)[0]
            raise Refused(
                f"Line {self.line}: after a closing quote{begun} comes {shown(after)}. "
                "Either a quote is missing before, or one inside the cell must be doubled.",
                self.line,
            )
        return checked(inside.replace(quote * 2, quote), line)

    def unclosed(self, quote: str) -> str:
        """The end of the text inside quotes: an error, if nothing follows the text."""
        if not self.whole:
            self.place = len(self.text)
            return ""
        start = self.text[self.place + 1 : self.place + 60]
        raise Refused(
            f"Line {self.line}: the quote {quote} before {shown(start)} is never closed. Close it, "
            "or say that the file has no quotes.",
            self.line,
        )

    def finish_line(self) -> None:
        """Step over the line's end, which must be of the kind the file began with."""
        if self.text.startswith("\r\n", self.place) and self.ending == "\n":
            self.place += 2
        elif self.text.startswith(self.ending, self.place):
            self.place += 1
        elif self.place < len(self.text):
            name = {"\r": "a carriage return", "\n": "a line feed"}
            raise Refused(
                f"Line {self.line} holds {name[self.text[self.place]]} alone; the first line "
                f"ends with {name[self.ending]}. Save the file with line ends of one kind, or "
                "put quotes around the cell.",
                self.line,
            )
        self.line += 1


def checked(cell: str, line: int) -> str:
    """A cell of a length that someone can have meant."""
    if len(cell) > MOST_CHARACTERS:
        raise Refused(
            f"Line {line}: a cell has {len(cell):,} characters; at most {MOST_CHARACTERS:,} are "
            "read. Is a quote missing?",
            line,
        )
    return cell


def parse(
    text: str, dialect: Dialect, ending: str = "\n", line: int = 1, whole: bool = True
) -> Iterator[Record]:
    """The records of a text that begins in `line`."""
    return Parser(text, dialect, ending, line, whole).records()
