"""How the command line writes what is known of a person's table."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from engine.data.tables import Column, Loss, TableFacts
from engine.data.tables.facts import several
from jobs.cli import text
from jobs.data_sets import DataSet
from jobs.data_sets.words import FORMATS, spoken

MOST_COLUMNS = 200
CELL = 24


def cell(value: str | None, width: int = CELL) -> str:
    """A short, harmless piece of what stands in a table; `-` for nothing."""
    if value is None:
        return "-"
    shown = text.printable(value[: width + 1].replace("\n", " "))
    return shown if len(value) <= width else f"{shown[: width - 1]}…"


def detected(facts: TableFacts) -> Iterator[str]:
    """What the reader took the file for, a line a thing."""
    yield f"{facts.rows:,} rows, {len(facts.columns):,} columns ({FORMATS[facts.format]})"
    if facts.dialect is not None:
        yield spoken(facts.dialect)
    yield from (text.printable(note) for note in facts.notes)


def loss_line(loss: Loss) -> str:
    """What a conversion loses, and in how many cells."""
    return f'"{loss.column}": {loss.sentence} ({several(loss.count, "cell")})'


def columns_table(columns: list[Column]) -> Table:
    """A line a column."""
    table = Table(box=None, pad_edge=False)
    for name in ("column", "type", "missing", "distinct", "examples", "note"):
        table.add_column(name, no_wrap=name in ("type", "missing", "distinct"))
    for column in columns[:MOST_COLUMNS]:
        table.add_row(
            cell(column.name, 40),
            column.kind,
            f"{column.missing:,}",
            "> 100,000" if column.distinct is None else f"{column.distinct:,}",
            cell(", ".join(column.examples), 40),
            text.printable(column.note),
        )
    if len(columns) > MOST_COLUMNS:
        table.add_row(f"... and {len(columns) - MOST_COLUMNS:,} more")
    return table


def rows_table(facts: TableFacts, rows: list[list[str | None]], most: int = 12) -> Table:
    """The first columns of these rows."""
    table = Table(box=None, pad_edge=False)
    for column in facts.columns[:most]:
        table.add_column(cell(column.name), no_wrap=True)
    for row in rows:
        table.add_row(*(cell(each) for each in row[:most]))
    return table


def facts_lines(data_set: DataSet) -> list[tuple[str, str]]:
    """What the history knows of it, as names and values."""
    kept = "kept" if data_set.original else "not kept: columns were dropped or hashed"
    lines = [
        ("id", data_set.id),
        ("name", data_set.name),
        ("version", str(data_set.version)),
        ("digest", data_set.digest),
        ("file", f"{data_set.file_name} ({data_set.bytes:,} bytes), {kept}"),
        ("created", text.clock(data_set.created)),
    ]
    if data_set.dropped:
        lines.append(("dropped", ", ".join(data_set.dropped)))
    if data_set.hashed:
        lines.append(("hashed", ", ".join(data_set.hashed)))
    return lines
