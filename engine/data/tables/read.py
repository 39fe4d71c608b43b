"""From a file to `table.parquet` and its facts: decide on all rows, then convert."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from engine.data.tables.cells import Cells
from engine.data.tables.delimited import Delimited
from engine.data.tables.facts import (
    FACTS,
    TABLE,
    Dialect,
    Kind,
    Refused,
    TableFacts,
    save_facts,
    shown,
)
from engine.data.tables.jsonl import JsonCells
from engine.data.tables.magic import recognise
from engine.data.tables.parquet import ParquetCells
from engine.data.tables.spool import ROWS
from engine.data.tables.survey import Survey
from engine.data.tables.write import Planned, write
from engine.data.tables.xlsx import ExcelCells

Progress = Callable[[float], None] | None


def read(
    path: Path,
    into: Path,
    *,
    file_name: str,
    dialect: Dialect | None,
    kinds: Mapping[str, Kind],
    progress: Progress,
) -> TableFacts:
    """What `read_table` does."""
    try:
        cells = opened(path, into, file_name, dialect)
        decided = survey(cells, kinds, progress)
        facts = write(cells, decided, into, part(progress, 0.5, 1.0))
        save_facts(facts, into)
    except BaseException:
        # Nothing half-made stays in the caller's folder, whatever happened.
        for name in (TABLE, FACTS):
            (into / name).unlink(missing_ok=True)
        raise
    finally:
        (into / ROWS).unlink(missing_ok=True)
    return facts


def opened(path: Path, into: Path, file_name: str, dialect: Dialect | None) -> Cells:
    """The reader of the file's format, which its first bytes say."""
    found = recognise(path, file_name)
    if found == "parquet":
        return ParquetCells(path, file_name)
    if found == "xlsx":
        return ExcelCells(path, into, dialect)
    if found == "jsonl":
        return JsonCells(path, into, dialect)
    return Delimited(path, file_name, dialect)


def survey(cells: Cells, kinds: Mapping[str, Kind], progress: Progress) -> list[Planned]:
    """What each column becomes, after all of its cells were seen."""
    check_choices(cells, kinds)
    decimal = cells.dialect.decimal if cells.dialect else "."
    columns = [Survey(decimal, name in cells.strings) for name in cells.names]
    for block in cells.blocks(part(progress, 0.05, 0.5)):
        for column, values in zip(columns, block, strict=True):
            column.see(values)
    decided = []
    for name, column in zip(cells.names, columns, strict=True):
        kind, note = column.decision()
        chosen = name in kinds and kinds[name] != kind
        if chosen:
            kind, note = kinds[name], f"chosen; found was {kind}" + (f" ({note})" if note else "")
        decided.append(Planned(name, kind, note, decimal, chosen))
    last = decided[-1]
    if len(decided) > 1 and last.name == f"column {len(decided)}" and not columns[-1].seen:
        last.left_out = True
        cells.notes.append("A delimiter ends every line: the empty last column is left out.")
    return decided


def check_choices(cells: Cells, kinds: Mapping[str, Kind]) -> None:
    """A kind for a column that is not there would be forgotten silently."""
    unknown = [name for name in kinds if name not in cells.names]
    if unknown:
        raise Refused(
            f"There is no column {shown(unknown[0])}. The columns are "
            f"{', '.join(shown(name) for name in cells.names[:20])}."
        )
    wrong = [kind for kind in kinds.values() if kind not in get_args(Kind)]
    if wrong:
        raise Refused(f"There is no kind {wrong[0]!r}. The kinds are {', '.join(get_args(Kind))}.")


def part(progress: Progress, begin: float, end: float) -> Callable[[float], None]:
    """Progress of one pass as a part of the whole."""

    def heard(fraction: float) -> None:
        if progress is not None:
            progress(begin + (end - begin) * min(fraction, 1.0))

    return heard
