"""A stream of text in chunks of whole records, each checked and then told apart by PyArrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyarrow import csv

from engine.data.tables.facts import Dialect, Refused, several
from engine.data.tables.records import MOST_CHARACTERS, parse

MOST_RECORD_BYTES = 256 << 20
"""10,000 columns of 25,000 bytes; more is a quote that was never closed"""
LF, CR = 10, 13
BOM = b"\xef\xbb\xbf"

Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]
Places = np.ndarray[tuple[int], np.dtype[np.int64]]
NONE: Places = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Layout:
    """How the records of a text are written, and how many cells each has."""

    dialect: Dialect
    ending: str
    width: int
    first_line: int
    """of the first record: the header, or the first row"""

    @property
    def end(self) -> int:
        """The byte that ends lines."""
        return ord(self.ending)


def cut(blocks: Iterator[bytes], layout: Layout, line: int) -> Iterator[tuple[bytes, int, bool]]:
    """Whole records, the line they begin in, and whether they are the last.

    The rest of a block is kept in pieces until a record ends: appending to one buffer again and
    again would cost the square of a long record.
    """
    pieces: list[bytes] = []
    inside, size = False, 0
    for block in blocks:
        place, inside_after = last_end(block, layout, inside)
        if place < 0:
            pieces.append(block)
            size += len(block)
            if size > MOST_RECORD_BYTES:
                raise too_long(b"".join(pieces)[: 4 * MOST_CHARACTERS + 8], layout, line)
        else:
            chunk, kept = b"".join((*pieces, block[: place + 1])), b""
            if layout.width == 1:
                chunk, kept = without_empty_end(chunk, layout)
            if chunk:
                yield chunk, line, False
            line += chunk.count(layout.ending.encode())
            pieces = [kept + block[place + 1 :]]
            size = len(pieces[0])
        inside = inside_after
    if rest := b"".join(pieces):
        yield rest, line, True


def without_empty_end(chunk: bytes, layout: Layout) -> tuple[bytes, bytes]:
    """In one column an empty line is a row, unless it is at the end of the file: wait for that."""
    full = len(chunk.rstrip(b"\r\n"))
    cut_at = chunk.find(layout.ending.encode(), full) + 1 if full else 0
    return chunk[:cut_at], chunk[cut_at:]


def last_end(block: bytes, layout: Layout, inside: bool) -> tuple[int, bool]:
    """Where the last record of the block ends, and whether its end is inside quotes."""
    quote = layout.dialect.quote.encode()
    if not quote or quote not in block:
        return (-1 if inside else block.rfind(layout.ending.encode())), inside
    array = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(array == quote[0])
    ends = np.flatnonzero(array == layout.end)
    found = ends[between(ends, quotes) == inside]
    return (int(found[-1]) if len(found) else -1), inside != bool(len(quotes) % 2)


def between(places: Places, quotes: Places) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which places have an odd number of quotes before them, and so are inside of quotes."""
    return (np.searchsorted(quotes, places) & 1).astype(bool)


def too_long(start: bytes, layout: Layout, line: int) -> Refused:
    """A record without an end: usually a quote that is never closed."""
    list(parse(start.decode("utf-8", "ignore"), layout.dialect, layout.ending, line, whole=False))
    return Refused(
        f"Line {line}: the row that begins here is longer than {MOST_RECORD_BYTES:,} bytes; at "
        f"most {MOST_CHARACTERS:,} characters are read in a cell. Is a quote never closed?",
        line,
    )


class Chunks:
    """Turns chunks into tables of text cells: null where nothing stands, "" where quotes do."""

    def __init__(self, layout: Layout) -> None:
        self.layout, self.blank_lines = layout, 0
        dialect = layout.dialect
        self.names = [str(place) for place in range(layout.width)]
        self.read_options = csv.ReadOptions(column_names=self.names)
        self.parse_options = csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            newlines_in_values=bool(dialect.quote),
            # In a table of one column an empty line is a row whose only cell is missing.
            ignore_empty_lines=layout.width > 1,
        )
        self.convert_options = csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(self.names, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        )

    def table(self, chunk: bytes, line: int, last: bool) -> pa.Table | None:
        """The rows of a chunk; whatever is wrong in it is said by the strict parser."""
        lines = self.check(chunk, line)
        if not chunk.strip(b"\r\n") and (self.layout.width > 1 or last):
            self.blank_lines += lines
            return None
        if chunk.startswith(BOM):
            # PyArrow takes one away at the beginning of whatever it reads; this one is a cell's.
            chunk = BOM + chunk
        # One block: what PyArrow counts and cuts by itself, it would cut by its own rules.
        self.read_options.block_size = len(chunk) + 1
        try:
            table = csv.read_csv(
                pa.BufferReader(chunk), self.read_options, self.parse_options, self.convert_options
            )
        except pa.ArrowInvalid as error:
            raise self.explain(chunk, line) or Refused(
                f"From line {line} on: {error}", line
            ) from error
        if len(chunk) > MOST_CHARACTERS and (refused := self.explain(chunk, line)):
            raise refused
        self.blank_lines += max(lines - table.num_rows, 0)
        return table

    def check(self, chunk: bytes, line: int) -> int:
        """Refuse what PyArrow lets through; the number of lines that are not inside of cells."""
        quote = self.layout.dialect.quote.encode()
        array = np.frombuffer(chunk, np.uint8)
        quotes = np.flatnonzero(array == quote[0]) if quote and quote in chunk else NONE
        other = b"\r" if self.layout.end == LF else b"\n"
        wrong = other in chunk and stray(array, other[0], self.layout.end, quotes)
        if wrong or misplaced(array, quotes, self.layout.dialect):
            raise self.explain(chunk, line) or Refused(
                f"The quotes of the rows from line {line} on cannot be read.", line
            )
        if not len(quotes):
            count = chunk.count(self.layout.ending.encode())
        else:
            ends = np.flatnonzero(array == self.layout.end)
            count = int(np.count_nonzero(~between(ends, quotes)))
        return count + (chunk[-1] != self.layout.end)

    def explain(self, chunk: bytes, line: int) -> Refused | None:
        """The sentence about the first record that is wrong, by the strict parser."""
        layout = self.layout
        try:
            for record in parse(chunk.decode(), layout.dialect, layout.ending, line):
                if len(record.cells) != layout.width and not record.blank:
                    return ragged(record.cells, record.line, layout)
        except Refused as refused:
            return refused
        return None


def stray(array: Bytes, other: int, end: int, quotes: Places) -> bool:
    """A carriage return without a line feed, or the other way, outside of quotes."""
    places = np.flatnonzero(array == other)
    if end == LF:
        last = places == len(array) - 1
        places = places[last | (array[np.minimum(places + 1, len(array) - 1)] != LF)]
    return bool((~between(places, quotes)).any())


def misplaced(array: Bytes, quotes: Places, dialect: Dialect) -> bool:
    """A quote that opens inside of a cell, text after one that closes, or one never closed."""
    if not len(quotes):
        return False
    border = np.zeros(256, bool)
    border[[ord(dialect.quote), ord(dialect.delimiter), LF, CR]] = True
    before, after = quotes[0::2] - 1, quotes[1::2] + 1
    if len(quotes) % 2 or not border[array[before[before >= 0]]].all():
        return True
    return not border[array[after[after < len(array)]]].all()


def ragged(cells: list[str], line: int, layout: Layout) -> Refused:
    """A row with more or fewer cells than there are columns."""
    what = "the header" if layout.dialect.header else "the first row"
    sentence = (
        f"Line {line} has {several(len(cells), 'cell')}, but {what} (line {layout.first_line}) has "
        f"{layout.width}. "
    )
    if len(cells) == layout.width + 1 and not cells[-1]:
        remedy = "Either end the header with a delimiter as well, or no line."
    elif len(cells) > layout.width:
        remedy = (
            "Put quotes around a cell that contains the delimiter, name every column in the "
            "first line, or choose another delimiter. Is the first line a title? Delete it."
        )
    else:
        remedy = "Is the line cut off, or does a cell lack its delimiter?"
    return Refused(sentence + remedy, line)
