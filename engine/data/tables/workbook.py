"""The parts of an Excel workbook: its first sheet, shared strings, and which styles are dates."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from engine.data.tables.facts import Refused

SMALL_BYTES, MOST_RATIO = 64 << 20, 300
"""sheets of one repeated number pack to a hundredth"""
MOST_STRING_CHARACTERS = 200_000_000
"""of the shared strings, which must be in memory at once"""
MOST_PART_BYTES = 4 << 30
"""of one part when unpacked; a zip bomb unpacks a thousand times"""
PIECE_BYTES = 1 << 18
DATE_FORMATS = {*range(14, 23), 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58}
NOT_A_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')

Attributes = dict[str, str]


def local(name: str) -> str:
    """The name without its namespace."""
    return name.rsplit(" ", 1)[-1]


def ignored(_: str) -> None:
    """What a part holds besides what is looked for."""


def bomb(name: str, size: int, packed_size: int) -> Refused:
    """A part that becomes more than any sheet that people fill."""
    return Refused(
        f"{name} unpacks to more than {size:,} bytes from {packed_size:,}, as a zip bomb does. "
        "Save the sheet as CSV if that is really what is in it."
    )


class Part:
    """One XML file of the workbook, read piece by piece. No entities, no document types."""

    def __init__(
        self,
        begin: Callable[[str, Attributes], None],
        end: Callable[[str], None] = ignored,
        text: Callable[[str], None] = ignored,
    ) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = lambda name, attributes: begin(
            local(name), {local(key): value for key, value in attributes.items()}
        )
        self.parser.EndElementHandler = lambda name: end(local(name))
        self.parser.CharacterDataHandler = text
        self.parser.StartDoctypeDeclHandler = refuse_doctype

    def pieces(self, packed: zipfile.ZipFile, name: str) -> Iterator[int]:
        """Parse it; yields the bytes so far after every piece."""
        size = 0
        try:
            packed_size = packed.getinfo(name).compress_size
            with packed.open(name) as file:
                while piece := file.read(PIECE_BYTES):
                    size += len(piece)
                    if size > MOST_PART_BYTES:
                        raise Refused(f"{name} unpacks to more than {MOST_PART_BYTES:,} bytes.")
                    if size > SMALL_BYTES and size > MOST_RATIO * packed_size:
                        raise bomb(name, size, packed_size)
                    self.parser.Parse(piece)
                    yield size
            self.parser.Parse(b"", True)
        except DAMAGE as error:
            raise damaged(name, error) from error

    def whole(self, packed: zipfile.ZipFile, name: str) -> None:
        """Parse all of it."""
        for _ in self.pieces(packed, name):
            pass


# All that zipfile (an encrypted part is a RuntimeError), zlib and expat raise for a damaged part.
DAMAGE = (
    zipfile.BadZipFile,
    expat.ExpatError,
    KeyError,
    OSError,
    EOFError,
    NotImplementedError,
    UnicodeError,
    RuntimeError,
    zlib.error,
)


def damaged(name: str, error: Exception) -> Refused:
    """A sentence about a part."""
    return Refused(
        f"This Excel workbook is damaged at {name} ({error}): save it again, or save it as CSV."
    )


def refuse_doctype(*_arguments: object) -> None:
    """Excel writes none; they are for attacks by entities."""
    raise Refused("This workbook holds a document type declaration, which Excel never writes.")


@dataclass
class Workbook:
    """What is needed to read the first sheet."""

    sheet: str = ""
    part: str = ""
    others: int = 0
    from_1904: bool = False
    strings: list[str] = field(default_factory=list)
    dates: list[bool] = field(default_factory=list)
    """for each style whether its numbers are dates"""


def open_workbook(packed: zipfile.ZipFile) -> Workbook:
    """Find the first sheet and read what it refers to."""
    book = Workbook()
    sheets: list[tuple[str, str]] = []

    def begin(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            sheets.append((attributes.get("name", ""), attributes.get("id", "")))
        if name == "workbookPr":
            book.from_1904 = attributes.get("date1904") in ("1", "true")

    Part(begin).whole(packed, "xl/workbook.xml")
    if not sheets:
        raise Refused("This Excel workbook has no sheet.")
    targets = related(packed)
    book.sheet, identity = sheets[0]
    book.others = len(sheets) - 1
    book.part = targets.get(identity, "xl/worksheets/sheet1.xml")
    if "/chartsheets/" in book.part or "/dialogsheets/" in book.part:
        raise Refused(f"The first sheet, {book.sheet!r}, is a chart: put the table's sheet first.")
    names = set(packed.namelist())
    if "xl/sharedStrings.xml" in names:
        strings = Strings()
        Part(strings.begin, strings.end, strings.text).whole(packed, "xl/sharedStrings.xml")
        book.strings = strings.found
    if "xl/styles.xml" in names:
        book.dates = date_styles(packed)
    return book


def related(packed: zipfile.ZipFile) -> dict[str, str]:
    """Where the parts are that the workbook names."""
    targets: dict[str, str] = {}

    def begin(name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            targets[attributes.get("Id", "")] = target.lstrip("/")

    Part(begin).whole(packed, "xl/_rels/workbook.xml.rels")
    return targets


class Strings:
    """The texts that cells refer to by number, collected while the XML goes by."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.pieces: list[str] = []
        self.inside = self.phonetic = False
        self.size = 0

    def begin(self, name: str, _attributes: Attributes) -> None:
        """An element begins; phonetic hints are not part of the text."""
        self.inside = name == "t" and not self.phonetic
        self.phonetic = self.phonetic or name == "rPh"

    def end(self, name: str) -> None:
        """An element ends."""
        self.inside = False
        if name == "rPh":
            self.phonetic = False
        if name == "si":
            self.found.append("".join(self.pieces))
            self.pieces = []

    def text(self, data: str) -> None:
        """Characters inside of an element."""
        if self.inside:
            self.pieces.append(data)
            self.size += len(data)
        if self.size > MOST_STRING_CHARACTERS:
            raise Refused(
                f"The workbook has more than {MOST_STRING_CHARACTERS:,} characters of text. "
                "Save it as CSV, which is read piece by piece."
            )


def date_styles(packed: zipfile.ZipFile) -> list[bool]:
    """Which styles show their number as a date."""
    codes: dict[str, str] = {}
    styles: list[bool] = []
    inside = {"cellXfs": False}

    def begin(name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        if name == "cellXfs":
            inside["cellXfs"] = True
        if name == "xf" and inside["cellXfs"]:
            number = attributes.get("numFmtId", "0")
            code = NOT_A_CODE.sub("", codes.get(number, "")).lower()
            builtin = number.isdigit() and int(number) in DATE_FORMATS
            styles.append(bool(re.search("[ymdhs]", code)) if number in codes else builtin)

    def end(name: str) -> None:
        if name == "cellXfs":
            inside["cellXfs"] = False

    Part(begin, end).whole(packed, "xl/styles.xml")
    return styles
