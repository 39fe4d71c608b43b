"""The second pass: `table.parquet` in row groups, and what is counted on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.data.tables.cells import Cells, Heard
from engine.data.tables.convert import TYPES, Conversion, Losses
from engine.data.tables.facts import TABLE, Column, Kind, Refused, TableFacts, several

GROUP_BYTES = 64 << 20
GROUP_ROWS = 1 << 20
MOST_DISTINCT = 100_000
COUNTED = 20_000_000
"""different values counted over all columns: a set of so many hashes takes a gigabyte"""
EXAMPLES = 5


@dataclass
class Planned:
    """What a column becomes, and why."""

    name: str
    kind: Kind
    note: str
    decimal: str
    chosen: bool
    left_out: bool = False


@dataclass
class Tally:
    """What is counted of one column while it is written."""

    most: int
    missing: int = 0
    hashes: set[int] | None = field(default_factory=set)
    examples: list[str] = field(default_factory=list)

    def count(self, values: pa.Array) -> None:
        """Add the values of a block."""
        self.missing += values.null_count
        if self.hashes is None:
            return
        different = pc.unique(values).drop_null()
        if len(different) > self.most:
            self.example(different[:EXAMPLES])
            self.hashes = None
            return
        self.example(different[: 4 * EXAMPLES])
        self.hashes.update(map(hash, raw(different).to_pylist()))
        if len(self.hashes) > self.most:
            self.hashes = None

    def example(self, values: pa.Array) -> None:
        """Keep a few different values as people read them."""
        for value in values:
            text = spelled(value)
            if len(self.examples) < EXAMPLES and text not in self.examples:
                self.examples.append(text)


def raw(values: pa.Array) -> pa.Array:
    """What hashes fast: a date as its number."""
    return values.cast(pa.int64()) if pa.types.is_timestamp(values.type) else values


def spelled(value: pa.Scalar) -> str:
    """A value as people read it, cut where it is long."""
    if pa.types.is_boolean(value.type):
        return "true" if value.as_py() else "false"
    if pa.types.is_timestamp(value.type):
        return str(value.as_py()).removesuffix(" 00:00:00")
    text = str(value.as_py())
    return text if len(text) <= 100 else text[:99] + "…"


def write(cells: Cells, planned: list[Planned], into: Path, progress: Heard) -> TableFacts:
    """Convert and write every block; the facts are complete at the end."""
    kept = [place for place, plan in enumerate(planned) if not plan.left_out]
    planned = [planned[place] for place in kept]
    losses = [Losses(plan.name) for plan in planned]
    conversions = [
        Conversion(plan.name, plan.kind, plan.decimal, plan.chosen, lost)
        for plan, lost in zip(planned, losses, strict=True)
    ]
    most = min(MOST_DISTINCT, COUNTED // max(len(planned), 1))
    tallies = [Tally(most) for _ in planned]
    schema = pa.schema([(plan.name, TYPES[plan.kind]) for plan in planned])
    rows = 0
    with pq.ParquetWriter(into / TABLE, schema, compression="zstd") as writer:
        group = Group(writer, schema)
        for block in cells.blocks(progress):
            values = []
            for conversion, tally, place in zip(conversions, tallies, kept, strict=True):
                converted = conversion.values(block[place])
                tally.count(converted)
                values.append(converted)
            rows += len(values[0])
            group.add(pa.table(values, schema=schema))
        group.flush()
    if not rows:
        raise Refused(
            f"The table has {several(len(planned), 'column')} but no row: only a header was "
            "found. Was the export cut off, or is the first line a row and no header?",
            1,
        )
    return TableFacts(
        rows=rows,
        columns=[column_facts(*pair) for pair in zip(planned, tallies, strict=True)],
        format=cells.format,
        dialect=cells.dialect,
        losses=[loss for lost in losses for loss in lost.list()],
        notes=cells.notes,
    )


class Group:
    """Collects blocks until they make a row group."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self.writer, self.schema = writer, schema
        self.tables: list[pa.Table] = []

    def add(self, table: pa.Table) -> None:
        """Take a block."""
        self.tables.append(table)
        waiting = sum(table.nbytes for table in self.tables)
        if waiting > GROUP_BYTES or sum(table.num_rows for table in self.tables) > GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self.tables:
            self.writer.write_table(pa.concat_tables(self.tables))
            self.tables = []


def column_facts(plan: Planned, tally: Tally) -> Column:
    """What is said of a column."""
    return Column(
        name=plan.name,
        kind=plan.kind,
        missing=tally.missing,
        distinct=None if tally.hashes is None else len(tally.hashes),
        examples=tally.examples,
        note=plan.note,
    )
