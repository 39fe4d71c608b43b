"""The first rows of a table, as texts that a page or a terminal shows."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from engine.data.tables.profiling.cells import written

Row = list[str | None]
"""a missing cell is None"""


def first_rows(folder: Path, number: int) -> list[Row]:
    """At most so many rows of the table in `folder`, cells in the order of its columns."""
    with pq.ParquetFile(folder / "table.parquet", pre_buffer=False) as file:
        batch = next(iter(file.iter_batches(max(number, 1))), None)
    if batch is None:
        return []
    cells = [column.slice(0, number).to_pylist() for column in batch.columns]
    rows = zip(*cells, strict=True)
    return [[None if cell is None else _written(cell) for cell in row] for row in rows]


def _written(cell: Any) -> str:
    """A day without a time of day is written as a day."""
    return written(np.datetime64(cell, "us") if isinstance(cell, datetime.datetime) else cell)
