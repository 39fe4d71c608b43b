"""Rows that were made one by one in Python, kept as Arrow blocks for the second reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from engine.data.tables.cells import Heard

ROWS = "rows.arrow"
"""the file's name, in the folder the table is written into"""
BLOCK_CELLS = 500_000
BLOCK_CHARACTERS = 8_000_000


class Spool:
    """Writes rows of text (None: missing) to a file, and reads their columns again."""

    def __init__(self, folder: Path, width: int) -> None:
        self.path, self.width = folder / ROWS, width
        self.rows: list[list[str | None]] = []
        self.characters = self.blocks_written = 0
        self.schema = pa.schema([(str(place), pa.string()) for place in range(width)])
        self.writer = pa.ipc.new_file(str(self.path), self.schema)

    def add(self, row: list[str | None]) -> None:
        """Take a row; it has all columns."""
        self.rows.append(row)
        self.characters += sum(len(cell) for cell in row if cell is not None)
        if len(self.rows) * self.width > BLOCK_CELLS or self.characters > BLOCK_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self.rows:
            columns = [pa.array(column, pa.string()) for column in zip(*self.rows, strict=True)]
            self.writer.write_batch(pa.record_batch(columns, schema=self.schema))
            self.rows, self.characters = [], 0
            self.blocks_written += 1

    def close(self) -> None:
        """Everything is there."""
        self.flush()
        self.writer.close()

    def blocks(self, heard: Heard) -> Iterator[list[pa.Array]]:
        """What was written."""
        with pa.OSFile(str(self.path)) as file:
            reader = pa.ipc.open_file(file)
            for place in range(reader.num_record_batches):
                yield list(reader.get_batch(place).columns)
                heard((place + 1) / reader.num_record_batches)
