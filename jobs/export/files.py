"""Tables of points as CSV or Parquet, in pieces as they come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jobs.export.points import Tables

if TYPE_CHECKING:
    import pyarrow

Format = Literal["csv", "parquet"]
FORMATS: dict[str, Format] = {".csv": "csv", ".parquet": "parquet"}
"""by the ending of a file's name"""

ROW_GROUP = 100_000
"""rows a Parquet file keeps together: few enough to be held, enough to be read quickly"""


class Pipe:
    """What Arrow writes to; what was written is taken out again."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0
        self.closed = False

    def write(self, content: bytes) -> int:
        """Keeps it until it is taken."""
        self._parts.append(bytes(content))
        self._position += len(content)
        return len(content)

    def tell(self) -> int:
        """Bytes written so far."""
        return self._position

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is held open."""
        self.closed = True

    def take(self) -> bytes:
        """What was written since."""
        content = b"".join(self._parts)
        self._parts.clear()
        return content


def pieces(found: Tables, form: Format) -> Iterator[bytes]:
    """The file, piece by piece."""
    schema, batches = found
    yield from (_csv if form == "csv" else _parquet)(schema, batches)


def write(found: Tables, form: Format, path: Path) -> None:
    """Writes the file whole or not at all: beside it first. Raises OSError."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("wb") as file:
            for piece in pieces(found, form):
                file.write(piece)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _csv(schema: pyarrow.Schema, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[bytes]:
    """Numbers as the shortest text that reads back the same; `nan`, `inf`, empty where null."""
    from pyarrow import csv

    pipe = Pipe()
    with csv.CSVWriter(pipe, schema, write_options=csv.WriteOptions(quoting_style="needed")) as out:
        for batch in batches:
            out.write_batch(batch)
            yield pipe.take()
    yield pipe.take()


def _parquet(schema: pyarrow.Schema, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[bytes]:
    from pyarrow import parquet

    pipe = Pipe()
    with parquet.ParquetWriter(pipe, schema, compression="zstd") as out:
        for group in _grouped(batches):
            out.write_table(group)
            yield pipe.take()
    yield pipe.take()


def _grouped(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.Table]:
    """Chunks of 512 points would make a row group each."""
    import pyarrow as pa

    waiting: list[pyarrow.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= ROW_GROUP:
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)
