"""Excel workbooks: the values of the first sheet, read from the zip's XML."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa

from engine.data.tables.cells import Heard
from engine.data.tables.facts import Dialect, Format, Refused, several, shown
from engine.data.tables.forms import EXACT
from engine.data.tables.header import MOST_COLUMNS, column_names, has_header
from engine.data.tables.spool import Spool
from engine.data.tables.workbook import Attributes, Part, Workbook, damaged, open_workbook

PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
SAMPLE_ROWS = 500


@dataclass
class Counts:
    """What is said about a sheet as a whole."""

    formulas: int = 0
    empty_formulas: int = 0
    merged: int = 0


@dataclass
class Sheet:
    """Collects the cells of a sheet while its XML goes by."""

    book: Workbook
    counts: Counts = field(default_factory=Counts)
    rows: list[tuple[int, list[str | None]]] = field(default_factory=list)
    number: int = 0
    cells: list[str | None] = field(default_factory=list)
    kind: str = "n"
    style: int = 0
    inside: str = ""
    pieces: list[str] = field(default_factory=list)
    formula: bool = False
    phonetic: bool = False

    def begin(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "row":
            number = attributes.get("r", "")
            self.number = int(number) if number.isdigit() and len(number) < 9 else self.number + 1
            self.cells = []
        elif name == "c":
            self.begin_cell(attributes)
        elif name == "f":
            self.formula = True
        elif name == "mergeCell":
            self.counts.merged += 1
        elif name == "rPh":
            self.phonetic = True
        self.inside = name if name in ("v", "t") and not self.phonetic else ""

    def begin_cell(self, attributes: Attributes) -> None:
        """Step to the cell's column; cells that nobody filled are not in the file."""
        self.kind, style = attributes.get("t", "n"), attributes.get("s", "0")
        self.style = int(style) if style.isdigit() and len(style) < 9 else 0
        self.pieces, self.formula = [], False
        if match := PLACE.fullmatch(attributes.get("r", "")):
            column = 0
            for letter in match[1]:
                column = 26 * column + ord(letter) - 64
            if column <= len(self.cells):
                raise Refused(f"Row {self.number} has the cell {match[0]} twice.", self.number)
            if column > MOST_COLUMNS:
                raise Refused(
                    f"Row {self.number} has a cell in column {column:,}; at most "
                    f"{MOST_COLUMNS:,} are read.",
                    self.number,
                )
            self.cells += [None] * (column - 1 - len(self.cells))

    def text(self, data: str) -> None:
        """Characters inside of an element."""
        if self.inside:
            self.pieces.append(data)

    def end(self, name: str) -> None:
        """An element ends."""
        self.inside = ""
        if name == "rPh":
            self.phonetic = False
        elif name == "c":
            value = self.value("".join(self.pieces))
            self.counts.formulas += self.formula
            self.counts.empty_formulas += self.formula and value is None
            self.cells.append(value)
        elif name == "row":
            while self.cells and self.cells[-1] is None:
                self.cells.pop()
            if self.cells:
                self.rows.append((self.number, self.cells))

    def value(self, text: str) -> str | None:
        """The cell as text, the way a CSV file would have it."""
        if self.kind == "s":
            if not text.isdigit() or len(text) > 9 or int(text) >= len(self.book.strings):
                raise Refused(f"Row {self.number} refers to a text that is not there.", self.number)
            return self.book.strings[int(text)]
        if self.kind in ("inlineStr", "str", "e", "d"):
            return text if text or self.kind == "inlineStr" else None
        if text == "":
            return None
        if self.kind == "b":
            return "true" if text in ("1", "true") else "false"
        return self.numeral(text)

    def numeral(self, text: str) -> str:
        """A number; a date where the style shows one."""
        try:
            number = float(text)
        except ValueError:
            return text
        if not math.isfinite(number):
            return text
        if self.style < len(self.book.dates) and self.book.dates[self.style]:
            return moment(number, self.book.from_1904)
        whole = number.is_integer() and abs(number) <= EXACT
        return str(int(number)) if whole else repr(number)


def moment(serial: float, from_1904: bool) -> str:
    """The date of Excel's day number; its calendar has a 29 February 1900 that never was."""
    if not from_1904 and serial < 1:
        seconds = round(serial * 86_400) % 86_400
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30 + (serial < 60))  # noqa: DTZ001
    try:
        # Days are stored as a float64: half a millisecond is what that holds.
        day = start + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return repr(serial)
    text = day.isoformat(sep=" ")
    return text.removesuffix(" 00:00:00")


class ExcelCells:
    """The first sheet of a workbook."""

    format: Format = "xlsx"
    dialect: Dialect | None = None

    def __init__(self, path: Path, folder: Path, given: Dialect | None) -> None:
        self.strings: set[str] = set()
        self.notes: list[str] = []
        try:
            with zipfile.ZipFile(path) as packed:
                self.book = open_workbook(packed)
                self.read(packed, folder, given)
        # All that zipfile and the XML reader raise for damaged workbooks.
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
            if isinstance(error, Refused):
                raise
            raise damaged(path.name, error) from error

    def read(self, packed: zipfile.ZipFile, folder: Path, given: Dialect | None) -> None:
        """Spool the rows; the first decides how many columns there are."""
        counts = Counts()
        rows = sheet_rows(packed, self.book, counts)
        start = list(islice(rows, SAMPLE_ROWS))
        if not start:
            name = shown(self.book.sheet)
            raise Refused(f"The first sheet, {name}, is empty: put the table there.")
        line, first = start[0]
        sample = [[cell or "" for cell in row] for _, row in start]
        header = given.header if given else has_header(sample, ".")
        width = len(first) if header else max(len(row) for _, row in start)
        self.names = (
            column_names([cell or "" for cell in first], True, line)
            if header
            else [f"column {place}" for place in range(1, width + 1)]
        )
        self.spool = Spool(folder, width)
        for number, row in chain(start[1:] if header else start, rows):
            if len(row) > width:
                raise Refused(
                    f"Row {number} has a cell in column {len(row)}, but the first row (row {line}) "
                    f"ends at column {width}. Give every column a name, or delete what stands "
                    "beside the table.",
                    number,
                )
            self.spool.add(row + [None] * (width - len(row)))
        self.spool.close()
        self.say(counts)

    def say(self, counts: Counts) -> None:
        """What was taken and what was left."""
        if self.book.others:
            others = several(self.book.others, "other sheet")
            self.notes.append(f"Read is the first sheet, {shown(self.book.sheet)}; not {others}.")
        if counts.formulas:
            self.notes.append(
                f"{several(counts.formulas, 'cell')} with a formula: taken is the value that was "
                "saved with it."
            )
        if counts.empty_formulas:
            self.notes.append(
                f"{several(counts.empty_formulas, 'formula')} without a saved value: missing. Open "
                "and save the file in Excel to have them."
            )
        if counts.merged:
            groups = several(counts.merged, "group")
            self.notes.append(f"{groups} of merged cells: the value is in the first cell.")

    def blocks(self, heard: Heard) -> Iterator[list[pa.Array]]:
        """The spooled rows."""
        return self.spool.blocks(heard)


def sheet_rows(
    packed: zipfile.ZipFile, book: Workbook, counts: Counts
) -> Iterator[tuple[int, list[str | None]]]:
    """The rows that have a value, with their numbers."""
    sheet = Sheet(book, counts)
    part = Part(sheet.begin, sheet.end, sheet.text)
    for _ in part.pieces(packed, book.part):
        yield from sheet.rows
        sheet.rows = []
    yield from sheet.rows
