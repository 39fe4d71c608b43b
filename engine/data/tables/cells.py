"""What every format offers: named columns of cells, block by block, as often as asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import pyarrow as pa

from engine.data.tables.facts import Dialect, Format

Heard = Callable[[float], None]


class Cells(Protocol):
    """A file that was recognised. Columns are text, or of types that the file itself has."""

    format: Format
    dialect: Dialect | None
    names: list[str]
    notes: list[str]
    """may grow while blocks are read"""
    strings: set[str]
    """columns whose numbers are text, because the file says so"""

    def blocks(self, heard: Heard) -> Iterator[list[pa.Array]]:
        """The columns, block by block; the same ones at every call. `heard` gets 0 to 1."""
        ...
