"""The profile of a stored table: what a person should know of it before training on it.

Counts are exact. Memory has a limit however large the table is: cells are read batch by batch, and
more keys than fit are sorted through temporary files.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from engine.data.cache import written_whole
from engine.data.tables import load_facts
from engine.data.tables.profiling.cells import Table
from engine.data.tables.profiling.columns import column_profile
from engine.data.tables.profiling.keys import row_keys
from engine.data.tables.profiling.report import (
    Association,
    ColumnProfile,
    Common,
    Dates,
    Histogram,
    Leak,
    Lengths,
    Numbers,
    Profile,
    TargetProfile,
    WordProfile,
)
from engine.data.tables.profiling.tally import Tally
from engine.data.tables.profiling.target import target_profile

VERSION = 2
"""of what is measured; a kept profile of another one is measured again"""

Progress = Callable[[float], None]


def profile(folder: Path, target: str | None = None, progress: Progress | None = None) -> Profile:
    """The table in `folder`, and what its columns say about `target` where one is named.

    What does not depend on the target is kept in `profile.json` and read from there the next time.

    Raises:
        KeyError: the table has no column `target`.
    """
    told = progress or _untold
    found = _kept(folder)
    with Table(folder) as table:
        if found is None:
            found = _measured(folder, table, told)
            _keep(folder, found)
        if target is None:
            return found
        column = {each.name: each for each in found.columns}[target]
        aimed = target_profile(table, found.columns, column)
    told(1.0)
    return found.model_copy(update={"target": aimed})


def _measured(folder: Path, table: Table, progress: Progress) -> Profile:
    columns = []
    facts = load_facts(folder).columns
    for number, column in enumerate(facts):
        progress(0.5 * number / len(facts))
        columns.append(column_profile(table, column.name, column.kind))
    return Profile(
        version=VERSION,
        rows=table.rows,
        duplicate_rows=_duplicates(table, progress),
        columns=columns,
    )


def _duplicates(table: Table, progress: Progress) -> int:
    """Rows that are equal to an earlier one."""
    different = done = 0
    with Tally(table.rows) as tally:
        for batch in table.batches():
            tally.add(row_keys(batch))
            done += batch.num_rows
            progress(0.5 + 0.5 * done / table.rows)
        for keys, _ in tally.counted():
            different += len(keys)
    return table.rows - different


def _kept(folder: Path) -> Profile | None:
    try:
        text = (folder / "profile.json").read_text()
        if json.loads(text)["version"] != VERSION:
            return None
        return Profile.model_validate_json(text)
    except (FileNotFoundError, ValidationError, ValueError, KeyError, TypeError):
        return None


def _keep(folder: Path, found: Profile) -> None:
    try:
        with written_whole(folder / "profile.json") as file:
            file.write(found.model_dump_json().encode())
    except OSError:
        # A full or read-only disk: it is measured again the next time, and shown all the same.
        return


def _untold(_share: float) -> None:
    """Nobody watches."""


__all__ = [
    "Association",
    "ColumnProfile",
    "Common",
    "Dates",
    "Histogram",
    "Leak",
    "Lengths",
    "Numbers",
    "Profile",
    "TargetProfile",
    "WordProfile",
    "profile",
]
