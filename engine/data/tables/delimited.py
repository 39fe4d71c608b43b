"""CSV and its relatives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa

from engine.data.tables.cells import Heard
from engine.data.tables.chunks import Chunks, Layout, cut
from engine.data.tables.detect import Detected, detect
from engine.data.tables.encoding import decoded
from engine.data.tables.encoding import detect as detect_encoding
from engine.data.tables.facts import Dialect, Format, Refused, several
from engine.data.tables.header import column_names
from engine.data.tables.records import Record, line_end, parse

SAMPLE_BYTES = 1 << 20


class Delimited:
    """A text file whose dialect was found, or given."""

    format: Format = "csv"

    def __init__(self, path: Path, file_name: str, given: Dialect | None) -> None:
        encoding, note = (given.encoding, "") if given else detect_encoding(path)
        self.path, self.notes = path, [note] if note else []
        self.strings: set[str] = set()
        text, whole = sample(path, encoding)
        found = as_given(text, given) if given else detect(text, whole, encoding, file_name)
        self.notes += found.notes
        self.dialect: Dialect | None = found.dialect
        first = first_record(text, whole, found)
        header = found.dialect.header
        self.names = column_names(first.cells, header, first.line)
        before = text[: found.begin + first.end] if header else up_to_row(text, found.begin)
        self.skipped = len(before.encode())
        self.line = 1 + before.count(found.ending)
        self.layout = Layout(found.dialect, found.ending, len(self.names), first.line)
        self.encoding = encoding
        self.noted = False

    def blocks(self, heard: Heard) -> Iterator[list[pa.Array]]:
        """Rows of some megabytes at a time."""
        chunks = Chunks(self.layout)
        text = after(decoded(self.path, self.encoding, heard), self.skipped)
        for chunk, line, last in cut(text, self.layout, self.line):
            table = chunks.table(chunk, line, last)
            if table is not None and table.num_rows:
                yield [column.combine_chunks() for column in table.columns]
        if chunks.blank_lines and not self.noted:
            self.notes.append(f"{several(chunks.blank_lines, 'empty line')} passed over.")
        self.noted = True


def up_to_row(text: str, begin: int) -> str:
    """What stands before the first row: empty lines there are no rows, also of one column."""
    rest = text[begin:]
    return text[: begin + len(rest) - len(rest.lstrip("\r\n"))]


def sample(path: Path, encoding: str) -> tuple[str, bool]:
    """The beginning of the text, and whether it is all of it."""
    taken, size = [], 0
    for block in decoded(path, encoding):
        taken.append(block)
        size += len(block)
        if size > SAMPLE_BYTES:
            break
    start = b"".join(taken)
    return start[:SAMPLE_BYTES].decode("utf-8", "ignore"), size <= SAMPLE_BYTES


def as_given(text: str, dialect: Dialect) -> Detected:
    """A person's choice, if it can be meant."""
    marks = [dialect.delimiter, *([dialect.quote] if dialect.quote else [])]
    if any(len(mark) != 1 or not mark.isascii() or mark in "\r\n\0" for mark in marks):
        raise Refused(
            "Delimiter and quote are one character each (of ASCII, no line end), and the quote "
            f"may be empty: {dialect.delimiter!r} and {dialect.quote!r} are not."
        )
    if dialect.quote == dialect.delimiter:
        raise Refused(f"Delimiter and quote are both {dialect.quote!r}: one of them must differ.")
    return Detected(dialect, line_end(text), 0, 1, [])


def first_record(text: str, whole: bool, found: Detected) -> Record:
    """The header or the first row."""
    records = parse(text[found.begin :], found.dialect, found.ending, found.line, whole)
    first = next((record for record in records if not record.blank), None)
    if first is None and whole:
        raise Refused("The file has no row: all its lines are empty.", 1)
    if first is None:
        raise Refused(
            f"Line {found.line} is longer than {SAMPLE_BYTES:,} characters. Is this a table, and "
            "its first quote closed?",
            found.line,
        )
    return first


def after(blocks: Iterator[bytes], skipped: int) -> Iterator[bytes]:
    """The text behind its first bytes."""
    for block in blocks:
        if skipped < len(block):
            yield from chain([block[skipped:]], blocks)
            return
        skipped -= len(block)
