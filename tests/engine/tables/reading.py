"""Reads bytes as a table, through the front door."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from engine.data.tables import Dialect, Kind, TableFacts, load_facts, read_table


@dataclass(frozen=True)
class Table:
    """What came out."""

    facts: TableFacts
    values: dict[str, list[Any]]

    @property
    def said(self) -> str:
        """Every sentence about it."""
        columns = [f"{column.name}: {column.note}" for column in self.facts.columns]
        losses = [f"{loss.column}: {loss.sentence}" for loss in self.facts.losses]
        return "\n".join((*self.facts.notes, *columns, *losses))


def reading(
    content: bytes,
    file_name: str = "table.csv",
    dialect: Dialect | None = None,
    kinds: Mapping[str, Kind] = {},
) -> Table:
    """The table in these bytes. The folder holds nothing else afterwards, nothing if refused."""
    with tempfile.TemporaryDirectory() as place:
        path, into = Path(place) / "upload", Path(place) / "into"
        path.write_bytes(content)
        into.mkdir()
        try:
            facts = read_table(path, into, file_name=file_name, dialect=dialect, kinds=kinds)
        except ValueError:
            assert list(into.iterdir()) == []
            raise
        assert {entry.name for entry in into.iterdir()} == {"table.parquet", "facts.json"}
        assert load_facts(into) == facts
        table = pq.read_table(into / "table.parquet")
    assert table.num_rows == facts.rows
    assert table.column_names == [column.name for column in facts.columns]
    assert [c.null_count for c in table.columns] == [c.missing for c in facts.columns]
    return Table(facts, table.to_pydict())


def dialect(delimiter: str = ",", quote: str = '"', **others: Any) -> Dialect:
    """A dialect that differs from the usual one in these."""
    fields = {"encoding": "utf-8", "decimal": ".", "header": True} | others
    return Dialect(delimiter=delimiter, quote=quote, **fields)
