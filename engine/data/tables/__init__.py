"""People's tables, read strictly: what is accepted equals the file, what is lost is listed.

`read_table` writes a folder with `table.parquet` and `facts.json`. A format is one module that
makes `Cells` (`cells.py`); what a column is, is decided for all of them by `survey.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from engine.data.tables.facts import (
    Column,
    Dialect,
    Kind,
    Loss,
    Refused,
    TableFacts,
    load_facts,
)

__all__ = ["Column", "Dialect", "Kind", "Loss", "Refused", "TableFacts", "load_facts", "read_table"]


def read_table(
    path: Path,
    into: Path,
    *,
    file_name: str,
    dialect: Dialect | None = None,
    kinds: Mapping[str, Kind] = {},  # only read
    progress: Callable[[float], None] | None = None,
) -> TableFacts:
    """Read `path` into the fresh folder `into`; `Refused` says what is wrong and what to do."""
    # PyArrow takes 0.2 s, and settings that only name a table import this module.
    from engine.data.tables.read import read

    return read(path, into, file_name=file_name, dialect=dialect, kinds=kinds, progress=progress)
