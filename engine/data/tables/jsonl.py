"""JSON lines: one flat object a line. A string stays text, also where it looks like a number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.data.tables.cells import Heard
from engine.data.tables.encoding import decoded
from engine.data.tables.encoding import detect as detect_encoding
from engine.data.tables.facts import Dialect, Format, Refused, shown
from engine.data.tables.header import MOST_COLUMNS
from engine.data.tables.records import MOST_CHARACTERS
from engine.data.tables.spool import Spool

MOST_LINE_BYTES = 256 << 20
HALF_PAIR = re.compile("[\ud800-\udfff]")


class Number(str):
    """A number as the file spells it: a float would lose digits before anyone looked."""

    __slots__ = ()


class JsonCells:
    """A file of JSON lines."""

    format: Format = "jsonl"
    dialect: Dialect | None = None

    def __init__(self, path: Path, folder: Path, given: Dialect | None) -> None:
        encoding, note = (given.encoding, "") if given else detect_encoding(path)
        self.path, self.encoding = path, encoding
        self.notes = [note] if note else []
        self.strings: set[str] = set()
        # The keys of all lines must be known before the first row is whole.
        self.names = self.keys()
        self.spool = Spool(folder, len(self.names))
        for _, row in self.objects():
            self.spool.add([text_of(row.get(name)) for name in self.names])
        self.spool.close()

    def blocks(self, heard: Heard) -> Iterator[list[pa.Array]]:
        """The spooled rows."""
        return self.spool.blocks(heard)

    def keys(self) -> list[str]:
        """The keys of all objects, in the order of their first appearance."""
        names: dict[str, None] = {}
        for line, row in self.objects():
            for name, value in row.items():
                check_value(name, value, line)
                if type(value) is str:
                    self.strings.add(name)
            names.update(dict.fromkeys(row))
            if len(names) > MOST_COLUMNS:
                raise Refused(
                    f"Line {line}: the objects up to here have {len(names):,} different keys; at "
                    f"most {MOST_COLUMNS:,} columns are read.",
                    line,
                )
        if not names:
            raise Refused("No line holds an object with a key, so there is no row.", 1)
        return list(names)

    def objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects with their lines; empty lines are passed over."""
        for line, text in numbered(decoded(self.path, self.encoding)):
            if not text.strip():
                continue
            yield line, parsed(text, line)


def numbered(blocks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines of a text, from 1."""
    line, pieces, size = 1, list[bytes](), 0
    for block in blocks:
        if b"\n" not in block:
            pieces.append(block)
            size += len(block)
            if size > MOST_LINE_BYTES:
                raise Refused(f"Line {line} is longer than {MOST_LINE_BYTES:,} bytes.", line)
            continue
        *whole, rest = (b"".join(pieces) + block).split(b"\n")
        for text in whole:
            yield line, text
            line += 1
        pieces, size = [rest], len(rest)
    yield line, b"".join(pieces)


def parsed(text: bytes, line: int) -> dict[str, Any]:
    """The object of a line."""
    try:
        value = json.loads(
            text.decode(),
            object_pairs_hook=lambda pairs: once(pairs, line),
            parse_int=Number,
            parse_float=Number,
            parse_constant=Number,
        )
    except json.JSONDecodeError as error:
        raise Refused(
            f"Line {line} is not JSON ({error.msg}, column {error.colno}). JSON lines have one "
            'object a line, as {"age": 31, "name": "Ada"}.',
            line,
        ) from error
    except RecursionError as error:
        raise Refused(f"Line {line} is nested deeper than anyone means.", line) from error
    if not isinstance(value, dict):
        raise Refused(
            f'Line {line} holds no object. Each line is one, as {{"age": 31, "name": "Ada"}}.', line
        )
    return value


def once(pairs: list[tuple[str, Any]], line: int) -> dict[str, Any]:
    """An object whose keys are all different: of two values one would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(f"Line {line} has the key {shown(twice)} twice: give each a name.", line)
    return found


def check_value(name: str, value: object, line: int) -> None:
    """One plain value, of a length that someone can have meant, that can be written down."""
    if isinstance(value, dict | list):
        raise Refused(
            f"Line {line}: the value of {shown(name)} is nested. Write its parts as keys of their "
            'own, as {"size_width": 3, "size_height": 4}.',
            line,
        )
    for text in (name, value):
        if isinstance(text, str) and len(text) > MOST_CHARACTERS:
            raise Refused(
                f"Line {line}: a value has {len(text):,} characters; at most {MOST_CHARACTERS:,} "
                "are read.",
                line,
            )
        if isinstance(text, str) and HALF_PAIR.search(text):
            raise Refused(
                f"Line {line} holds half of a surrogate pair, which is no character.", line
            )


def text_of(value: object) -> str | None:
    """A value as the cell of a table."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
