"""Stored tables for tests: written as the reader writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from pyarrow import parquet
from sklearn import datasets

from engine.data.tables import Column, Kind, TableFacts
from engine.data.tables.place import own_data_folder

Cells = Mapping[str, Sequence[Any]]

_TYPES: dict[type, tuple[Kind, pa.DataType]] = {
    bool: ("boolean", pa.bool_()),
    int: ("integer", pa.int64()),
    float: ("number", pa.float64()),
    datetime: ("date", pa.timestamp("us")),
    str: ("text", pa.string()),
}


def store(cells: Cells, *, group_rows: int = 64) -> str:
    """Puts a table into the folder of own data; its digest. A None is a missing value."""
    facts = [_column(name, values) for name, values in cells.items()]
    rows = len(next(iter(cells.values())))
    found = TableFacts.model_validate(
        {"rows": rows, "columns": facts, "format": "csv", "dialect": None, "losses": []}
    )
    digest = hashlib.sha256(repr(list(cells.items())).encode()).hexdigest()
    folder = own_data_folder() / digest
    folder.mkdir(parents=True, exist_ok=True)
    arrays = [pa.array(values, _TYPES[_kind(values)][1]) for values in cells.values()]
    table = pa.table(arrays, names=list(cells))
    parquet.write_table(table, folder / "table.parquet", row_group_size=group_rows)
    (folder / "facts.json").write_text(found.model_dump_json())
    return digest


def moment(*numbers: int) -> datetime:
    """Year, month, day, hour, minute: a date of a table knows no zone."""
    return datetime(*numbers, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type, misc]


def built_in(name: str) -> dict[str, list[Any]]:
    """The columns of a data set of scikit-learn; the last one is `target`."""
    inputs, targets = getattr(datasets, f"load_{name}")(
        return_X_y=True, **({"scaled": False} if name == "diabetes" else {})
    )
    columns = {f"c{number}": column.tolist() for number, column in enumerate(inputs.T)}
    return {**columns, "target": targets.tolist()}


def _kind(values: Sequence[Any]) -> type:
    return next((type(value) for value in values if value is not None), str)


def _column(name: str, values: Sequence[Any]) -> Column:
    known = [value for value in values if value is not None]
    return Column(
        name=name,
        kind=_TYPES[_kind(values)][0],
        missing=len(values) - len(known),
        distinct=len(set(known)),
        examples=[str(value) for value in known[:3]],
        note="",
    )
