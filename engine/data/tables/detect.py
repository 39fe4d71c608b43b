"""Delimiter, quote, decimal mark and header, found on the beginning of a text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from engine.data.tables.facts import Dialect, Refused, several
from engine.data.tables.forms import Form, form
from engine.data.tables.header import has_header
from engine.data.tables.records import Record, line_end, parse

DELIMITERS = ("\t", ";", "|", ",")
"""of two that explain a text equally well the first: commas are also in numbers and prose"""
SEEN_RECORDS = 500
SEPARATOR_LINE = re.compile(r"sep=([^\r\n])(?:\r\n|\n|\r|$)", re.I)
COMMENTS = {"\n": re.compile(r"(?:#[^\n]*\n)+"), "\r": re.compile(r"(?:#[^\r]*\r)+")}


@dataclass
class Trial:
    """What one pair of delimiter and quote makes of the beginning."""

    dialect: Dialect
    records: list[Record] = field(default_factory=list)
    problem: Refused | None = None

    @cached_property
    def width(self) -> int:
        """The cells that most records have."""
        widths = Counter(len(record.cells) for record in self.records)
        return max(widths, key=lambda width: (widths[width], width)) if widths else 0

    @cached_property
    def share(self) -> float:
        """Which part of the records has them."""
        same = sum(len(record.cells) == self.width for record in self.records)
        return same / max(len(self.records), 1)

    @property
    def comma(self) -> bool:
        """The usual delimiter, where nothing else decides."""
        return self.dialect.delimiter == ","

    @property
    def good(self) -> bool:
        """Nothing is wrong with it."""
        return self.problem is None and self.share == 1

    def typed(self) -> float:
        """The share of cells that are a number, a date or the like under either decimal mark."""
        cells = [cell for record in self.records[:50] for cell in record.cells]
        plain = (Form.TEXT, Form.COMMA, Form.GROUPED)
        return sum(form(cell) not in plain or form(cell, ",") not in plain for cell in cells) / max(
            len(cells), 1
        )

    def all_quoted(self) -> bool:
        """Whether some column has quotes around every cell, after at most a header."""
        rows = self.records[1:] if len(self.records) > 2 else []
        return bool(rows) and any(
            all(row.quoted[place] for row in rows)
            for place in range(self.width)
            if all(len(row.quoted) == self.width for row in rows)
        )


@dataclass(frozen=True)
class Detected:
    """The dialect, where the table begins, and what was passed over."""

    dialect: Dialect
    ending: str
    begin: int
    line: int
    notes: list[str]


def detect(text: str, whole: bool, encoding: str, file_name: str) -> Detected:
    """Look at the beginning of a text; `whole` says that it is all there is."""
    notes: list[str] = []
    only: str | None = None
    begin, ending = 0, line_end(text)
    if match := SEPARATOR_LINE.match(text):
        only, begin = match[1], match.end()
        notes.append("The first line says which delimiter separates cells; it is no row.")
    start = Start(text, whole, encoding, ending, only or "", file_name)
    trial, begin, note = start.without_comments(begin)
    notes += [note] if note else []
    rows = [record.cells for record in trial.records]
    decimal = "," if trial.dialect.delimiter != "," and decimal_comma(rows) else "."
    header = has_header(rows, decimal)
    dialect = trial.dialect.model_copy(update={"decimal": decimal, "header": header})
    line = 1 + text[:begin].count(ending)
    return Detected(dialect, ending, begin, line, notes)


def divides(text: str, whole: bool, file_name: str) -> bool:
    """Whether some delimiter makes the beginning a table of more than one column."""
    start = Start(text, whole, "utf-8", line_end(text), "", file_name)
    trial, _, _ = start.without_comments(0)
    return trial.good and trial.width > 1 and len(trial.records) > 1


@dataclass(frozen=True)
class Start:
    """A beginning, and what is known of it."""

    text: str
    whole: bool
    encoding: str
    ending: str
    only: str
    file_name: str

    def without_comments(self, begin: int) -> tuple[Trial, int, str]:
        """Lines that begin with # at the top are passed over, unless the last is the header."""
        match = COMMENTS[self.ending].match(self.text, begin)
        if match is None:
            return self.best(begin), begin, ""
        trial = self.best(match.end())
        last = match[0].rstrip("\r\n").rfind(self.ending) + 1
        header = next(self.trial(match.start() + last, trial.dialect).records.__iter__(), None)
        one_word = trial.width == 1 and not match[0].startswith("# ")
        if header and len(header.cells) == trial.width and (trial.width > 1 or one_word):
            begin = match.start() + last
            trial = self.best(begin)
        else:
            begin = match.end()
        count = self.text[match.start() : begin].count(self.ending)
        note = f"{several(count, 'comment line')} at the top passed over." if count else ""
        return trial, begin, note

    def trial(self, begin: int, dialect: Dialect) -> Trial:
        """The first records under a dialect."""
        trial = Trial(dialect)
        line = 1 + self.text[:begin].count(self.ending)
        found = parse(self.text[begin:], dialect, self.ending, line, self.whole)
        try:
            trial.records += islice((r for r in found if not r.blank), SEEN_RECORDS)
        except Refused as problem:
            trial.problem = problem
        return trial

    def best(self, begin: int) -> Trial:
        """The delimiter and quote that explain the beginning; where none does, the likeliest."""
        trials = [
            self.trial(begin, self.dialect(delimiter, quote))
            for delimiter in (self.only or DELIMITERS)
            for quote in ('"', "'", "")
        ]
        trials = [trial for trial in trials if self.allowed(trial)]
        good = [trial for trial in trials if trial.good and trial.width > 1]
        if good:
            return max(good, key=lambda trial: (self.rank(trial), trial.typed(), trial.width))
        torn = [t for t in trials if t.width > 1 and (t.share > 0.5 or len(t.records[0].cells) > 1)]
        torn += [t for t in trials if t.problem and in_first_line(t, self.text[begin:])]
        if torn:
            return max(
                torn, key=lambda trial: (trial.share, self.rank(trial), trial.width, trial.comma)
            )
        single = [trial for trial in trials if trial.good] or trials
        return max(single, key=lambda trial: (self.rank(trial), trial.comma))

    def dialect(self, delimiter: str, quote: str) -> Dialect:
        """A pair to try."""
        return Dialect(
            encoding=self.encoding, delimiter=delimiter, quote=quote, decimal=".", header=True
        )

    def allowed(self, trial: Trial) -> bool:
        """Quotes are ordinary characters only where no cell begins with one: otherwise damaged
        quoting would be read as text, quotes and all."""
        quote = trial.dialect.quote
        if quote == "'":
            return trial.all_quoted()
        if quote == "":
            return not any(cell.startswith('"') for row in trial.records for cell in row.cells)
        return True

    def rank(self, trial: Trial) -> tuple[bool, int]:
        """A name that promises tabs, then quotes in use, then the usual quote."""
        tabs = self.file_name.lower().endswith((".tsv", ".tab"))
        order = {"'": 2, '"': 1, "": 0}[trial.dialect.quote]
        return tabs and trial.dialect.delimiter == "\t", order


def in_first_line(trial: Trial, text: str) -> bool:
    """Whether the delimiter is in the first line of a text whose quotes are damaged."""
    return trial.dialect.delimiter in re.split(r"[\r\n]", text, maxsplit=1)[0]


DECIMAL_COMMA = re.compile(r"-?[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|-?0,[0-9]+")
DECIMAL_POINT = re.compile(r"-?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})|-?0\.[0-9]+")


def decimal_comma(rows: list[list[str]]) -> bool:
    """Whether cells have decimals behind a comma and none behind a point.

    `1,234` alone may be thousands: three digits prove nothing.
    """
    cells = [cell.strip() for row in rows for cell in row]
    return any(DECIMAL_COMMA.fullmatch(cell) for cell in cells) and not any(
        DECIMAL_POINT.fullmatch(cell) for cell in cells
    )
