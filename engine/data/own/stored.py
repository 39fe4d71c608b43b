"""A stored table, read column by column. pyarrow is imported where it is used: it takes 0.2 s."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.data.own.kept import Kept, listed
from engine.data.own.kept import readable as find
from engine.data.own.places import folder_of
from engine.data.raw import Labels
from engine.data.tables import Column, TableFacts

if TYPE_CHECKING:
    import pyarrow as pa

TAKEN_IN = "tables-v1"
"""folder in the cache of files that `python -m engine` was given; another version reads anew"""
Values = NDArray[np.float64]
Dates = NDArray[np.datetime64]
Original = dict[str, float | str]
"""a row as a person knows it: value by column, without those that are missing"""
_SHOWN_LETTERS = 200


@dataclass(frozen=True)
class Wording:
    """How texts are read: without spaces around them, in small letters."""

    trim: bool = True
    lower: bool = False

    def __call__(self, text: str) -> str:
        """The text as it is read."""
        text = text.strip() if self.trim else text
        return text.lower() if self.lower else text


@dataclass(frozen=True)
class Codes:
    """Texts as numbers: `codes` int64 `(rows,)` into `names`, -1 where the text is missing."""

    codes: Labels
    names: tuple[str, ...]


class Stored(Kept[TableFacts]):
    """A table on this machine."""

    facts_are = TableFacts
    counted = "columns"

    def find(self, name: str) -> Column | None:
        """The column called so."""
        return next((each for each in self.facts.columns if each.name == name), None)

    def numbers(self, name: str) -> Values:
        """Integers, numbers and booleans `(rows,)`; what is missing, or infinite, is NaN."""
        column = self._column(name).cast("float64", safe=False)
        values = np.array(column.to_numpy(), dtype=np.float64)
        values[~np.isfinite(values)] = np.nan
        return values

    def dates(self, name: str) -> Dates:
        """Points in time `(rows,)` in microseconds; NaT where they are missing."""
        return np.asarray(self._column(name).to_numpy(), dtype="datetime64[us]")

    def codes(self, name: str, wording: Wording) -> Codes:
        """Each text by its number, in the order of their first rows; other kinds as text."""
        texts = self._column(name).cast("large_string")
        coded = texts.dictionary_encode().combine_chunks()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        # Each text once: of a million rows with 40 texts that is ten times as fast.
        worded = [wording(text) for text in coded.dictionary.to_pylist()]
        number = {text: place for place, text in enumerate(dict.fromkeys(worded))}
        lookup = np.array([*(number[text] for text in worded), -1], dtype=np.int64)
        return Codes(lookup[codes], tuple(number))

    def ranks(self, name: str, wording: Wording) -> Labels:
        """A number for each row `(rows,)`: equal where the values are, larger where they are later.

        All missing values are equal; texts are in no order.
        """
        column = self.find(name)
        if column is not None and column.kind == "text":
            return self.codes(name, wording).codes
        if column is not None and column.kind == "date":
            return self.dates(name).astype(np.int64)
        return np.unique(self.numbers(name), return_inverse=True)[1].astype(np.int64)

    def missing(self, name: str) -> NDArray[np.bool_]:
        """Whether each row lacks a value of this column."""
        return np.asarray(self._column(name).is_null().to_numpy())

    def texts(self, name: str, wording: Wording) -> list[str | None]:
        """The texts themselves."""
        found = self._column(name).cast("large_string").to_pylist()
        return [None if text is None else wording(text) for text in found]

    def same_rows(self, names: Sequence[str], rows: Labels, wording: Wording) -> Labels:
        """Of `rows` those that no earlier one equals in all of these columns."""
        import pyarrow as pa

        columns = [self._key(name, wording)[rows] for name in names]
        keys = [f"key{number}" for number in range(len(names))]
        table = pa.table([*columns, pa.array(rows)], names=[*keys, "row"])
        first = table.group_by(keys, use_threads=False).aggregate([("row", "min")])
        return np.sort(first["row_min"].to_numpy()).astype(np.int64)

    def _key(self, name: str, wording: Wording) -> Labels | Values:
        """Equal where the values of a column are, also where both are missing."""
        column = self.find(name)
        if column is not None and column.kind in ("text", "date"):
            return self.ranks(name, wording)
        return np.nan_to_num(self.numbers(name), nan=np.inf)

    def originals(self, names: Sequence[str], rows: Sequence[int]) -> list[Original]:
        """These rows as they lie in the file; only the groups of rows that hold them are read."""
        found: dict[int, dict[str, Any]] = {}
        for first, group in self._groups(list(names), set(rows)):
            inside = [row for row in rows if first <= row < first + len(group)]
            picked = group.take([row - first for row in inside]).select(list(names))
            found |= dict(zip(inside, picked.to_pylist(), strict=True))
        return [
            {name: _shown(value) for name, value in found[row].items() if value is not None}
            for row in rows
        ]

    def _groups(self, names: list[str], rows: set[int]) -> Iterator[tuple[int, pa.Table]]:
        with self._open() as file:
            first = 0
            for number in range(file.num_row_groups):
                count = file.metadata.row_group(number).num_rows
                if any(first <= row < first + count for row in rows):
                    yield first, file.read_row_group(number, columns=names)
                first += count

    def _column(self, name: str) -> pa.ChunkedArray:
        with self._open() as file:
            # Asked for `a`, pyarrow also reads `a.b`.
            return file.read(columns=[name]).column(name)

    def _open(self) -> Any:
        from pyarrow import parquet

        return parquet.ParquetFile(self.folder / "table.parquet")


def stored(table: str) -> Stored | None:
    """The table of this digest; None where it is not on this machine."""
    found = folder_of(table, TAKEN_IN)
    return Stored(*found) if found else None


def readable(table: str) -> Stored | None:
    """As `stored`, and None also where its facts are damaged."""
    return find(Stored, table, TAKEN_IN)


def stored_tables() -> dict[str, str]:
    """The tables of this machine by digest, the newest first, and how large each is."""
    return listed(
        readable, lambda each: f"{each.facts.rows:,} rows, {len(each.facts.columns):,} columns"
    )


def _shown(value: Any) -> float | str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, int | float) else str(value)[:_SHOWN_LETTERS]
