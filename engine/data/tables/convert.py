"""The second pass: cells as values of their column's kind, and what that loses."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from engine.data.tables.facts import Kind, Loss, shown
from engine.data.tables.forms import EXACT, FALSE, INFINITE, NUMBER, SPACES, TRUE, WORDS, Form, form
from engine.data.tables.survey import NOTHING, cast, is_text

TYPES: dict[Kind, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.timestamp("us"),
    "text": pa.string(),
}
SAFE_DIGITS = 15
"""any decimal of so many digits comes back from a float64 as it was"""


@dataclass
class Losses:
    """What the conversion of one column has lost so far: a sentence for each way, with a cell."""

    column: str
    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, way: str, example: str, count: int = 1) -> None:
        """Count a cell (or several)."""
        self.counts[way] = self.counts.get(way, 0) + count
        self.first.setdefault(way, example)

    def list(self) -> list[Loss]:
        """For the facts."""
        return [
            Loss(column=self.column, sentence=way.format(self.first[way]), count=count)
            for way, count in self.counts.items()
        ]


MISSING_WAY = {
    "integer": "{} is no whole number and becomes missing",
    "number": "{} is no finite number and becomes missing",
    "boolean": "{} is neither true nor false and becomes missing",
    "date": "{} is no unambiguous date and becomes missing",
}
ROUNDED = "{} has more digits than a float64 holds and is rounded"
RESPELLED = "{} is written differently as a number (leading zeros, signs)"


@dataclass
class Conversion:
    """How one column becomes values. `chosen`: by a person, so that cells may not fit."""

    name: str
    kind: Kind
    decimal: str
    chosen: bool
    losses: Losses

    def values(self, cells: pa.Array) -> pa.Array:
        """The cells of a block as values."""
        if not is_text(cells.type):
            return self.typed(cells)
        if self.kind == "text":
            return pc.cast(cells, pa.string())
        trimmed = pc.ascii_trim(cells, characters=SPACES)
        nothing = pc.is_in(trimmed, value_set=NOTHING)
        trimmed = pc.if_else(nothing, pa.scalar(None, pa.string()), trimmed)
        if not self.chosen and (values := self.whole(trimmed)) is not None:
            if self.kind == "number":
                self.check_digits(trimmed, values)
            return values
        return self.one_by_one(trimmed)

    def whole(self, cells: pa.Array) -> pa.Array | None:
        """All at once; None where a cell needs a look."""
        if self.kind == "boolean":
            return pc.if_else(pc.is_valid(cells), pc.is_in(cells, value_set=pa.array(TRUE)), None)
        if self.kind == "date":
            cells = pc.utf8_rtrim(cells, characters="Z")
        if self.kind == "number" and self.decimal == ",":
            cells = pc.replace_substring(cells, ",", ".")
        return cast(cells, TYPES[self.kind])

    def check_digits(self, cells: pa.Array, values: pa.Array) -> None:
        """Find numbers that a float64 does not hold, among those long enough or tiny."""
        long = pc.greater(pc.binary_length(cells), SAFE_DIGITS + 1)
        tiny = pc.and_(pc.equal(values, 0.0), pc.match_substring_regex(cells, "^[^eE]*[1-9]"))
        suspect = pc.fill_null(pc.or_(long, tiny), False)
        if not pc.any(suspect).as_py():
            return
        cells, values = cells.filter(suspect), values.filter(suspect)
        same = pc.equal(pc.cast(values, pa.string()), cells)
        for pair in pc.value_counts(cells.filter(pc.invert(same))).to_pylist():
            if rounded(pair["values"].replace(",", ".")):
                self.losses.add(ROUNDED, shown(pair["values"]), pair["counts"])

    def one_by_one(self, cells: pa.Array) -> pa.Array:
        """Each different cell by itself; what does not fit becomes missing, and is listed."""
        encoded = pc.dictionary_encode(cells)
        counts = dict(zip(*counted(cells), strict=True))
        read = READERS[self.kind]
        found: list[object] = []
        for cell in encoded.dictionary.to_pylist():
            value, exact = read(cell, self.decimal)
            if not exact:
                way = MISSING_WAY[self.kind] if value is None else lost_how(cell, value)
                self.losses.add(way, shown(cell), counts[cell])
            found.append(value)
        return pc.take(pa.array(found, TYPES[self.kind]), encoded.indices)

    def typed(self, values: pa.Array) -> pa.Array:
        """Values of a file with types of its own."""
        if self.kind == "text":
            return pc.cast(values, pa.string())
        if self.kind == "date":
            return self.typed_date(values)
        if self.kind == "number" and pa.types.is_floating(values.type):
            return self.finite(pc.cast(values, pa.float64()))
        if self.chosen or pa.types.is_decimal(values.type):
            return self.values(pc.cast(values, pa.string()))
        return pc.cast(values, TYPES[self.kind])

    def finite(self, values: pa.Array) -> pa.Array:
        """Without NaN, which is missing, and infinity, which no model can learn from."""
        infinite = int(pc.sum(pc.is_inf(values)).as_py() or 0)
        if infinite:
            self.losses.add(MISSING_WAY["number"], shown("inf"), infinite)
        return pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))

    def typed_date(self, values: pa.Array) -> pa.Array:
        """Microseconds without a zone; what is finer is counted."""
        if pa.types.is_timestamp(values.type) and values.type.tz:
            values = pc.cast(values, pa.timestamp(values.type.unit))
        exact = cast(values, TYPES["date"])
        if exact is not None:
            return exact
        rounded_values = pc.cast(values, TYPES["date"], safe=False)
        differ = pc.not_equal(pc.cast(rounded_values, values.type), values)
        self.losses.add(
            "{} is finer than a microsecond and is cut",
            shown(str(values.filter(differ)[0])),
            int(pc.sum(differ).as_py()),
        )
        return rounded_values


def counted(cells: pa.Array) -> tuple[list[str], list[int]]:
    """The different cells and how often each is there."""
    pairs = pc.value_counts(cells)
    return pairs.field(0).to_pylist(), pairs.field(1).to_pylist()


def rounded(cell: str) -> bool:
    """Whether the float64 nearest to a decimal says something else.

    A float64 printed with more digits than it needs (NumPy's savetxt does) loses nothing: printed
    again with so many digits it is the same text.
    """
    value, exact = float(cell), Decimal(cell)
    if exact == Decimal(repr(value)):
        return False
    digits = len(exact.as_tuple().digits)
    return digits <= SAFE_DIGITS or exact != Decimal(f"{value:.{digits - 1}e}")


def lost_how(cell: str, value: object) -> str:
    """A value that is there, but says less than its cell."""
    return ROUNDED if isinstance(value, float) and rounded_text(cell) else RESPELLED


def rounded_text(cell: str) -> bool:
    """`rounded` of a cell that may have a plus sign or a decimal comma."""
    return rounded(cell.replace(",", "."))


def read_integer(cell: str | None, decimal: str) -> tuple[int | None, bool]:
    """A whole number that an int64 holds, and whether it is spelled as that one is."""
    if cell is None:
        return None, True
    number = cell.removeprefix("+")
    if not number.removeprefix("-").isascii() or not number.removeprefix("-").isdigit():
        value, exact = read_number(cell, decimal)
        whole = value is not None and exact and value.is_integer() and abs(value) <= EXACT
        return (int(value), True) if whole and value is not None else (None, False)
    if len(number.lstrip("-0")) > 19 or not -(2**63) <= int(number) < 2**63:
        return None, False
    return int(number), str(int(number)) == cell


def read_number(cell: str | None, decimal: str) -> tuple[float | None, bool]:
    """A finite number, and whether it is all that the cell says."""
    if cell is None:
        return None, True
    pointed = cell.replace(",", ".") if decimal == "," and "." not in cell else cell
    plain = pointed.removeprefix("+")
    sign = "-" if plain.startswith("-") else ""
    plain = sign + (plain.removeprefix("-").lstrip("0") or "0")
    plain = plain if NUMBER.fullmatch(plain) else sign + "0" + plain.removeprefix("-")
    if INFINITE.fullmatch(cell) or not NUMBER.fullmatch(plain) or not math.isfinite(float(plain)):
        return None, False
    if form(cell, decimal) in (Form.ZEROS, Form.PLUS):
        return float(plain), False
    return float(plain), not rounded(plain)


def read_boolean(cell: str | None, _decimal: str) -> tuple[bool | None, bool]:
    """True, false, and what a person who chose truths means by yes, no, 1 and 0."""
    if cell is None:
        return None, True
    word = cell.lower()
    if word in (*TRUE, "yes", "y", "t", "1", "on"):
        return True, True
    return (False, True) if word in (*FALSE, "no", "n", "f", "0", "off") else (None, False)


def read_date(cell: str | None, _decimal: str) -> tuple[datetime | None, bool]:
    """An ISO date, at UTC where it says so."""
    if cell is None:
        return None, True
    if form(cell) not in (Form.DATE, Form.ZULU):
        return None, False
    return datetime.fromisoformat(cell.removesuffix("Z")), True


READERS: dict[Kind, Callable[[str | None, str], tuple[object, bool]]] = {
    "integer": read_integer,
    "number": read_number,
    "boolean": read_boolean,
    "date": read_date,
}
assert set(WORDS) < set(NOTHING.to_pylist())
