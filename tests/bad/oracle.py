"""Whether an accepted table is the file: read again by Python's own `csv` and `json`."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from engine.data.tables import Column, TableFacts

csv.field_size_limit(20_000_000)

Cells = list[str | None]
"""of one column; None where a JSON object has no such key"""


def damage(content: bytes, facts: TableFacts, folder: Path) -> list[str]:
    """What differs between the file and the table that was made of it, without being said.

    Excel and Parquet files have no second reader here; for them only the counts are compared.
    """
    table = pq.read_table(folder / "table.parquet").to_pydict()
    if facts.format == "csv":
        columns = _text_columns(content, facts)
    elif facts.format == "jsonl":
        columns = _json_columns(content)
    else:
        return []
    if list(columns) != list(table):
        return [f"columns {list(columns)!r} became {list(table)!r}"]
    lost = {loss.column for loss in facts.losses}
    found: list[str] = []
    for column in facts.columns:
        cells, values = columns[column.name], table[column.name]
        if len(cells) != len(values):
            return [f"{column.name}: {len(cells)} cells became {len(values)} rows"]
        for cell, value in zip(cells, values, strict=True):
            if not _same(cell, value, column, facts, lost):
                found.append(f"{column.name}: {cell!r} became {value!r}, a {column.kind}")
    return found


def _text_columns(content: bytes, facts: TableFacts) -> dict[str, Cells]:
    rows = list(_rows(content, facts))
    dialect = facts.dialect
    assert dialect is not None
    first = rows[0]
    names = [f"column {place}" for place in range(1, len(first) + 1)]
    if dialect.header:
        names = [cell.strip() or name for cell, name in zip(first, names, strict=True)]
        rows = rows[1:]
    if any("left out" in note for note in facts.notes):
        assert all(row[-1] == "" for row in rows)
        names, rows = names[:-1], [row[:-1] for row in rows]
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _rows(content: bytes, facts: TableFacts) -> Iterator[list[str]]:
    """The rows, without what the notes say was passed over."""
    dialect = facts.dialect
    assert dialect is not None
    text = content.decode(dialect.encoding).removeprefix("\ufeff")
    said = " ".join(facts.notes)
    lines = io.StringIO(text, newline="")
    if "The first line says which delimiter" in said:
        lines.readline()
    if match := re.search(r"([\d,]+) comment lines? at the top", said):
        for _ in range(int(match[1].replace(",", ""))):
            assert lines.readline().startswith("#")
    found = list(
        csv.reader(
            lines,
            delimiter=dialect.delimiter,
            quotechar=dialect.quote or None,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        )
    )
    if len(next(filter(None, found))) > 1:
        yield from filter(None, found)
        return
    while not found[-1]:
        found.pop()
    begun = False
    for row in found:
        begun = begun or bool(row)
        if begun:
            yield row or [""]


def _json_columns(content: bytes) -> dict[str, Cells]:
    for encoding in ("utf-8-sig", "utf-16", "utf-32", "cp1252"):
        try:
            text = content.decode(encoding)
            rows = [
                json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
                for line in text.split("\n")
                if line.strip()
            ]
        except ValueError:
            continue
        names = dict.fromkeys(name for row in rows for name in row)
        return {name: [_spelled(row.get(name)) for row in rows] for name in names}
    raise AssertionError("no encoding reads it")


def _spelled(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value).lower()


def _same(cell: str | None, value: Any, column: Column, facts: TableFacts, lost: set[str]) -> bool:
    if column.kind == "text":
        return bool(value == cell or (value is None and cell == ""))
    trimmed = (cell or "").strip(" \t")
    if value is None:
        return trimmed == "" or f'"{trimmed}"' in column.note or column.name in lost
    if column.kind == "boolean":
        return bool(trimmed.lower() == str(value).lower())
    if column.kind == "date":
        return bool(datetime.fromisoformat(trimmed.removesuffix("Z")) == value)
    mark = facts.dialect.decimal if facts.dialect else "."
    try:
        meant = Decimal(trimmed.replace(mark, "."))
    except InvalidOperation:
        return False
    if column.kind == "integer":
        return meant == value and trimmed == str(value)
    near = value == float(meant) and math.copysign(1, value) == math.copysign(1, float(meant))
    exact = Decimal(repr(value)) == meant or meant == Decimal(value)
    return near and (exact or column.name in lost)
