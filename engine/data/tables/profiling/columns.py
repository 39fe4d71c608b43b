"""One column: what is missing, how many different values there are, which ones come often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from engine.data.tables import Kind
from engine.data.tables.personal import looks_personal
from engine.data.tables.profiling import spread
from engine.data.tables.profiling.cells import Table, present, written
from engine.data.tables.profiling.keys import keys_of
from engine.data.tables.profiling.report import ColumnProfile, Common
from engine.data.tables.profiling.tally import Tally
from engine.data.tables.profiling.words import word_profile

TOP = 10
CANDIDATES = 1_000
"""values as frequent as the tenth that are looked up: among equals the alphabet decides"""
FEWEST_IDS = 10
"""rows below which different values prove nothing"""
LONGEST_ID = 32
"""characters on average; longer texts that are all different are prose"""
PROSE_WORDS = 3
"""words of a text, on average, from which on they are worth a count"""
LOOKED_AT = 1_000
"""cells that say whether a column is of persons"""


def column_profile(table: Table, name: str, kind: Kind) -> ColumnProfile:
    """Everything about one column, in several passes over it."""
    counts = _counts(table, name)
    lengths = spread.lengths(table, name) if kind == "text" else None
    prose = lengths is not None and lengths.words >= PROSE_WORDS
    there = table.rows - counts.missing
    different = there >= FEWEST_IDS and counts.distinct == there
    short = kind == "integer" or (lengths is not None and lengths.mean <= LONGEST_ID)
    return ColumnProfile(
        name=name,
        kind=kind,
        missing=counts.missing,
        distinct=counts.distinct,
        top=_top(table, name, counts.often)[:TOP],
        constant=counts.distinct == 0 or (counts.distinct == 1 and not counts.missing),
        id_like=different and short,
        personal=looks_personal(name, kind, _first(table, name) if kind == "text" else []),
        numbers=spread.numbers(table, name) if kind in ("integer", "number") else None,
        dates=spread.dates(table, name) if kind == "date" else None,
        lengths=lengths,
        words=word_profile(lambda: map(present, table.cells(name))) if prose else None,
    )


def most_frequent(table: Table, name: str, number: int) -> list[Common]:
    """The most frequent values of a column with all their rows, also such that come once."""
    return _top(table, name, _counts(table, name, least=1, number=number).often)[:number]


@dataclass
class _Counts:
    missing: int = 0
    distinct: int = 0
    often: dict[int, int] = field(default_factory=dict)
    """counts by key: those that may be among the most frequent"""


def _counts(table: Table, name: str, least: int = 2, number: int = TOP) -> _Counts:
    found = _Counts()
    with Tally(table.rows) as tally:
        for cells in table.cells(name):
            found.missing += cells.null_count
            tally.add(keys_of(present(cells)))
        for keys, counts in tally.counted():
            found.distinct += len(keys)
            bar = max(least, np.partition(counts, -number)[-number] if len(keys) > number else 0)
            often = np.flatnonzero(counts >= bar)
            often = often[np.argsort(-counts[often], kind="stable")][:CANDIDATES]
            found.often |= dict(zip(keys[often].tolist(), counts[often].tolist(), strict=True))
    return found


def _top(table: Table, name: str, often: dict[int, int]) -> list[Common]:
    """The values of these keys, the most frequent first, looked up in the column."""
    wanted = np.array(sorted(often), dtype=np.uint64)
    values: dict[int, Any] = {}
    for cells in table.cells(name):
        if len(values) == len(often):
            break
        there = present(cells)
        keys = keys_of(there)
        hits = np.flatnonzero(np.isin(keys, wanted))
        different, first = np.unique(keys[hits], return_index=True)
        for key, place in zip(different.tolist(), hits[first].tolist(), strict=True):
            values.setdefault(key, _text(there, place))
    found = [Common(value=values[key], count=count) for key, count in often.items()]
    return sorted(found, key=lambda each: (-each.count, each.value))


def _text(cells: Any, place: int) -> str:
    if pa.types.is_timestamp(cells.type):
        return written(np.datetime64(cells.cast(pa.int64())[place].as_py(), "us"))
    return written(cells[place].as_py())


def _first(table: Table, name: str) -> list[str]:
    """The first cells that are not missing, or at least those of the first batch."""
    for cells in table.cells(name):
        found = present(cells).slice(0, LOOKED_AT)
        if len(found):
            return [str(each) for each in found.to_pylist()]
    return []
