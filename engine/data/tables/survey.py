"""The first pass: which forms the cells of each column have. Whole arrays where that is exact."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from engine.data.tables.facts import Kind
from engine.data.tables.forms import (
    DATE,
    EXACT,
    FALSE,
    SPACES,
    TRUE,
    VALUES,
    WORDS,
    Form,
    decide,
    form,
)

LOOK = 16
"""cells tried one by one before whole arrays are; a column of text is known by its first"""
TRUTHS = pa.array([*TRUE, *FALSE])
NOTHING = pa.array([*WORDS, ""])


@dataclass
class Survey:
    """What was seen of one column."""

    decimal: str = "."
    strings: bool = False
    """the file says that its numbers are text (JSON strings)"""
    seen: dict[Form, str] = field(default_factory=dict)
    words: Counter[str] = field(default_factory=Counter)
    spaced: bool = False
    infinite: int = 0
    settled: bool = False
    """text, whatever follows"""

    def see(self, cells: pa.Array) -> None:
        """Add the cells of a block."""
        if self.settled:
            return
        if not is_text(cells.type):
            self.see_typed(cells)
            return
        cells = cells.drop_null()
        if len(cells) and not self.one_by_one(cells[:LOOK].to_pylist()):
            self.whole(cells)

    def one_by_one(self, cells: list[str]) -> bool:
        """Note the form of each; whether one of them settles that this is text."""
        for cell in cells:
            shape = form(cell, self.decimal)
            if self.strings and shape not in (Form.DATE, Form.ZULU, Form.MISSING):
                shape = Form.TEXT
            self.seen.setdefault(shape, cell)
            if shape not in VALUES:
                self.settled = True
                return True
        return False

    def whole(self, cells: pa.Array) -> None:
        """All cells at once if they are of one form, after the missing and the spaces."""
        trimmed = pc.ascii_trim(cells, characters=SPACES)
        self.spaced = self.spaced or not pc.all(pc.equal(trimmed, cells)).as_py()
        nothing = pc.is_in(trimmed, value_set=NOTHING)
        if pc.any(nothing).as_py():
            for pair in pc.value_counts(trimmed.filter(nothing)).to_pylist():
                self.words[pair["values"]] += pair["counts"]
            self.seen.setdefault(Form.MISSING, "")
            trimmed = trimmed.filter(pc.invert(nothing))
        if not len(trimmed):
            return
        shape = None if self.strings else whole_form(trimmed, self.decimal)
        shape = shape or whole_date(trimmed)
        if shape is not None:
            self.seen.setdefault(shape, trimmed[0].as_py())
            return
        for start in range(0, len(trimmed), 4096):
            # Different cells only, and a few thousand at a time: most columns are text soon.
            if self.one_by_one(pc.unique(trimmed[start : start + 4096]).to_pylist()):
                return

    def see_typed(self, values: pa.Array) -> None:
        """Add values of a file that has types of its own."""
        kind = values.type
        values = values.drop_null()
        if not len(values):
            self.seen.setdefault(typed_form(kind), "")
        elif pa.types.is_integer(kind):
            ends = pc.min_max(values).as_py()
            big = max(abs(ends["min"]), abs(ends["max"])) > EXACT
            widest = max(ends.values(), key=abs)
            self.seen.setdefault(Form.BIG if big else Form.INTEGER, str(widest))
        else:
            self.seen.setdefault(typed_form(kind), str(values[0].as_py()))
            if pa.types.is_floating(kind):
                self.infinite += int(pc.sum(pc.is_inf(values)).as_py() or 0)
                self.words["NaN"] += int(pc.sum(pc.is_nan(values)).as_py() or 0)
        self.words = +self.words

    def decision(self) -> tuple[Kind, str]:
        """The kind of the column, and why."""
        kind, note = decide(self.seen)
        notes = [note] if note else []
        if kind != "text" and self.words:
            listed = ", ".join(
                f'{count:,} times "{word}"' if word else f"{count:,} times blank"
                for word, count in self.words.most_common(5)
            )
            notes.append(f"taken for missing: {listed}")
        if kind != "text" and self.spaced:
            notes.append("spaces around the values passed over")
        return kind, "; ".join(notes)


def is_text(kind: pa.DataType) -> bool:
    """Text of whatever width."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def typed_form(kind: pa.DataType) -> Form:
    """The form of all values of a type."""
    if pa.types.is_boolean(kind):
        return Form.BOOLEAN
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return Form.DATE
    return Form.INTEGER if pa.types.is_integer(kind) else Form.DECIMAL


def cast(cells: pa.Array, kind: pa.DataType) -> pa.Array | None:
    """The values, or None if a cell is not one."""
    try:
        return pc.cast(cells, kind)
    except pa.ArrowInvalid:
        return None


def whole_form(cells: pa.Array, decimal: str) -> Form | None:
    """The one form that all cells have, if it is a number's or a truth's; None: look at each.

    What PyArrow's casts accept beyond our forms begins with + or 0, or is not finite; testing that
    takes a tenth of the time of a regular expression.
    """
    if pc.all(pc.is_in(cells, value_set=TRUTHS)).as_py():
        return Form.BOOLEAN
    if decimal == ",":
        if pc.any(pc.match_substring(cells, ".")).as_py():
            return None
        cells = pc.replace_substring(cells, ",", ".")
    if leading_zero(cells):
        return None
    values = cast(cells, pa.int64())
    if values is not None:
        ends = pc.min_max(values).as_py()
        exact = ends["min"] >= -EXACT and ends["max"] <= EXACT
        return Form.INTEGER if exact else None
    values = cast(cells, pa.float64())
    if values is None or not pc.all(pc.is_finite(values)).as_py():
        return None
    large = pc.greater(pc.abs(values), float(EXACT))
    return None if pc.any(large).as_py() else Form.DECIMAL


def leading_zero(cells: pa.Array) -> bool:
    """Whether any begins with + or with a zero before another digit (or an x: PyArrow reads hex),
    or is the zero with a sign that only a float64 keeps."""
    if pc.any(pc.starts_with(cells, "+")).as_py():
        return True
    zeros = cells.filter(pc.or_(pc.starts_with(cells, "0"), pc.starts_with(cells, "-0")))
    return (
        bool(len(zeros))
        and not pc.all(
            pc.or_(
                pc.equal(zeros, "0"),
                pc.match_substring_regex(zeros, r"^-?0(?:\.[0-9]|[eE][-+]?[0-9])"),
            )
        ).as_py()
    )


WHOLE_DATE = f"^(?:{DATE.pattern})$"


def whole_date(cells: pa.Array) -> Form | None:
    """Whether all cells are dates, all in UTC or all without a zone."""
    if not pc.all(pc.match_substring_regex(cells, WHOLE_DATE)).as_py():
        return None
    zulu = pc.ends_with(cells, "Z")
    if pc.any(zulu).as_py():
        if not pc.all(pc.and_(zulu, pc.match_substring(cells, ":"))).as_py():
            return None
        cells = pc.utf8_rtrim(cells, characters="Z")
    # PyArrow knows a year 0; ISO 8601 only by agreement, and Python not at all.
    if pc.any(pc.starts_with(cells, "0000")).as_py() or cast(cells, pa.timestamp("us")) is None:
        return None
    return Form.ZULU if pc.any(zulu).as_py() else Form.DATE
