"""The stored table, a few cells at a time, and cells as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

MOST_ROWS = 65_536
BATCH_BYTES = 16 << 20
"""a batch of long texts has fewer rows"""


class Table:
    """An open `table.parquet`."""

    def __init__(self, folder: Path) -> None:
        self._file = pq.ParquetFile(folder / "table.parquet", pre_buffer=False)
        self.rows: int = self._file.metadata.num_rows
        self.names: list[str] = self._file.schema_arrow.names

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def cells(self, name: str) -> Iterator[Any]:
        """The cells of a column, in batches."""
        place = self.names.index(name)
        for batch in self._file.iter_batches(self._batch_rows([place]), columns=[name]):
            # Another column may be called like a part of this one, "a" and "a.b": both are read.
            yield batch.column(batch.schema.get_field_index(name))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All columns, in batches."""
        yield from self._file.iter_batches(self._batch_rows(range(len(self.names))))

    def chosen(self, name: str, rows: NDArray[np.int64]) -> Any:
        """The cells of these rows, whose numbers ascend, as one array."""
        found, start = [], 0
        for cells in self.cells(name):
            first, last = np.searchsorted(rows, (start, start + len(cells)))
            found.append(cells.take(pa.array(rows[first:last] - start)))
            start += len(cells)
        kind = self._file.schema_arrow.field(name).type
        return pa.chunked_array(found, type=kind).combine_chunks()

    def _batch_rows(self, places: list[int] | range) -> int:
        data = self._file.metadata
        size = sum(
            data.row_group(group).column(place).total_uncompressed_size
            for group in range(data.num_row_groups)
            for place in places
        )
        return int(np.clip(BATCH_BYTES * self.rows // max(size, 1), 256, MOST_ROWS))


def present(cells: Any) -> Any:
    """Those that are not missing."""
    return cells.drop_null()


def as_floats(cells: Any) -> NDArray[np.float64]:
    """Numbers, or dates in seconds since 1970, without the missing ones."""
    there = present(cells)
    if pa.types.is_timestamp(there.type):
        return np.array(there.cast(pa.int64()), dtype=np.float64) / 1e6
    return np.array(pc.cast(there, pa.float64(), safe=False), dtype=np.float64)


def written(value: Any) -> str:
    """A cell as people write it."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, np.datetime64):
        return str(np.datetime_as_string(value)).removesuffix("T00:00:00.000000").replace("T", " ")
    if isinstance(value, float | np.floating):
        return repr(float(value))
    return str(value)
