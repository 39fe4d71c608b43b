"""Parquet: types are the file's own; what a table for training cannot hold is refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.data.tables.cells import Heard
from engine.data.tables.facts import Dialect, Format, Refused, shown
from engine.data.tables.header import column_names
from engine.data.tables.survey import is_text

BATCH_ROWS = 65_536
SMALL_BYTES, MOST_RATIO = 1 << 30, 1000
PIECE_BYTES = 32 << 20
MOST_ROWS = 500_000_000
"""a few kilobytes can claim any number of rows"""
WIDE_CELLS = 4_000_000
"""cells of a batch, so that a table of 10,000 columns is read in smaller ones"""


class ParquetCells:
    """A Parquet file."""

    format: Format = "parquet"
    dialect: Dialect | None = None

    def __init__(self, path: Path, file_name: str) -> None:
        self.path = path
        self.strings: set[str] = set()
        self.notes: list[str] = []
        if not file_name.lower().endswith((".parquet", ".pq", ".parq")):
            self.notes.append("The file is Parquet, whatever its name says, and read as that.")
        with opened(path) as file:
            schema = file.schema_arrow
            groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
            unpacked = sum(group.total_byte_size for group in groups)
            self.rows = file.metadata.num_rows
        self.names = column_names(schema.names, True, 1) if schema.names else []
        if not self.names:
            raise Refused("The Parquet file has no column.")
        self.size = path.stat().st_size
        self.refuse_bomb(max(unpacked, self.rows * len(self.names) * 8))
        if self.rows > MOST_ROWS:
            raise Refused(f"The file has {self.rows:,} rows; at most {MOST_ROWS:,} are read.")
        for field in schema:
            refuse_type(field)
        self.texts = [field.name for field in schema if is_text(field.type)]

    def blocks(self, heard: Heard) -> Iterator[list[pa.Array]]:
        """Batches of rows."""
        size = max(1, min(BATCH_ROWS, WIDE_CELLS // len(self.names)))
        done = decoded = 0
        with opened(self.path, self.texts) as file:
            try:
                for batch in file.iter_batches(batch_size=size):
                    done += batch.num_rows
                    heard(done / max(self.rows, 1))
                    for piece, taken in pieces(batch):
                        decoded += taken
                        self.refuse_bomb(decoded)
                        yield [simple(column) for column in piece.columns]
            except DAMAGE as error:
                raise damaged(error) from error

    def refuse_bomb(self, size: int) -> None:
        """A file of kilobytes may stand for terabytes: runs of one value, a text said by number."""
        if size > SMALL_BYTES and size > MOST_RATIO * self.size:
            raise Refused(
                f"The file becomes {size:,} bytes or more from {self.size:,}, as a bomb does. If "
                "that is really what is in it, write it as CSV."
            )


DAMAGE = (pa.ArrowException, OSError, UnicodeError)


def opened(path: Path, texts: Sequence[str] = ()) -> pq.ParquetFile:
    """The file, or a sentence about it. `texts`: columns whose repeated cells are read once."""
    try:
        return pq.ParquetFile(path, read_dictionary=list(texts))
    except DAMAGE as error:
        raise damaged(error) from error


def damaged(error: Exception) -> Refused:
    """What PyArrow says, in a sentence."""
    return Refused(
        f"This begins like a Parquet file but is damaged ({str(error).splitlines()[0][:200]}): "
        "download or write it again."
    )


def refuse_type(field: pa.Field) -> None:
    """Lists, structures and bytes are no cells."""
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    tests = (
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_boolean,
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_date,
        pa.types.is_timestamp,
        pa.types.is_null,
    )
    if not any(test(kind) for test in tests):
        raise Refused(
            f"Column {shown(field.name)} holds {kind}; a cell is one number, date, truth or text. "
            "Write its parts as columns of their own, or leave it out."
        )


def pieces(batch: pa.RecordBatch) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Rows whose texts are of some megabytes, and how many bytes that is."""
    ends = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and is_text(column.type.value_type):
            lengths = pc.binary_length(column.dictionary.cast(pa.large_string()))
            ends += pc.fill_null(lengths.take(column.indices), 0).to_numpy(zero_copy_only=False)
    ends = ends.cumsum()
    begin = before = 0
    while begin < batch.num_rows:
        end = max(int(np.searchsorted(ends, before + PIECE_BYTES)), begin + 1)
        yield batch.slice(begin, end - begin), int(ends[end - 1]) - before
        begin, before = end, int(ends[end - 1])


def simple(column: pa.Array) -> pa.Array:
    """Without dictionaries, and in the widths that the rest of the reader knows."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return simple(column.dictionary_decode())
    if pa.types.is_null(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_float16(kind):
        return column.cast(pa.float64())
    if pa.types.is_date(kind):
        return column.cast(pa.timestamp("s" if pa.types.is_date32(kind) else "ms"))
    return column
