"""Stored tables for tests, written as the reader writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.data.tables import Column, Kind, TableFacts

KINDS: dict[str, Kind] = {
    "int64": "integer",
    "double": "number",
    "bool": "boolean",
    "timestamp[us]": "date",
    "string": "text",
}


def store(folder: Path, columns: Mapping[str, Sequence[Any]], **kinds: str) -> Path:
    """`table.parquet` and `facts.json` of these columns in a new folder, which is returned."""
    folder.mkdir(parents=True)
    types = {name: pa.type_for_alias(kind) for name, kind in kinds.items()}
    table = pa.table({name: pa.array(cells, types.get(name)) for name, cells in columns.items()})
    pq.write_table(table, folder / "table.parquet", row_group_size=5_000)
    facts = TableFacts(
        rows=table.num_rows,
        columns=[
            Column(
                name=name,
                kind=KINDS[str(table.schema.field(name).type)],
                missing=table[name].null_count,
                distinct=None,
                examples=[],
                note="",
            )
            for name in table.column_names
        ],
        format="csv",
        dialect=None,
        losses=[],
    )
    (folder / "facts.json").write_text(facts.model_dump_json())
    return folder
