"""What a single cell looks like, and what kind of column follows from all of them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from engine.data.tables.facts import Kind, shown

EXACT = 2**53
"""whole numbers up to here are exact as a float64, and so in every program that reads the table"""
WORDS = (
    *("NA", "N/A", "na", "n/a", "#N/A", "<NA>", "?"),
    *("null", "NULL", "Null", "None", "none", "nan", "NaN", "NAN"),
)
"""cells that say nothing is there, in a column that otherwise has one kind"""
TRUE, FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
SPACES = " \t"


class Form(Enum):
    """How a cell is spelled; the value is why a column with such a cell stays text."""

    MISSING = "missing"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    ZULU = "date in UTC"
    ZEROS = "leading zeros"
    PLUS = "plus signs"
    BIG = f"whole numbers beyond ±{EXACT}, which would be rounded"
    HUGE = "numbers too large for a float64"
    COMMA = "a decimal comma (or thousands), while the decimal mark is a point"
    GROUPED = "thousands separators"
    INFINITE = "infinite values"
    OTHER_DATE = "dates that are not unambiguous (read are 2024-12-31 and 2024-12-31 23:59:59)"
    TEXT = "other text"


INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
ZEROS = re.compile(r"[+-]?0[0-9]+(?:[.,][0-9]*)?")
GROUPED = re.compile(
    r"-?[1-9][0-9]{0,2}(?:([ ,.'\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]*)?"
)
COMMA = re.compile(r"-?[0-9]*,[0-9]+")
INFINITE = re.compile(r"[+-]?(?:inf|infinity|∞)", re.I)
DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?(Z?)"
)
DATE_LIKE = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[T ,].*)?|[0-9]{4}-[0-9]{2}-[0-9]{2}.*"
)


def form(cell: str, decimal: str = ".") -> Form:
    """How a cell is spelled, spaces around it apart."""
    cell = cell.strip(SPACES)
    if cell == "" or cell in WORDS:
        return Form.MISSING
    if cell in TRUE or cell in FALSE:
        return Form.BOOLEAN
    first = cell[0]
    if first not in "0123456789+-.,∞iI":
        return Form.TEXT
    return number_form(cell, decimal) or date_form(cell) or Form.TEXT


def number_form(cell: str, decimal: str) -> Form | None:
    """The forms of numbers."""
    if INTEGER.fullmatch(cell) and cell != "-0":
        return Form.BIG if len(cell) > 17 or abs(int(cell)) > EXACT else Form.INTEGER
    pointed = cell.replace(",", ".") if decimal == "," and "." not in cell else cell
    if (decimal == "." or "." not in cell) and NUMBER.fullmatch(pointed):
        return Form.DECIMAL if math.isfinite(float(pointed)) else Form.HUGE
    if cell[0] == "+" and cell[1:2] in (*"0123456789.,",) and number_form(cell[1:], decimal):
        return Form.PLUS
    shapes = [(ZEROS, Form.ZEROS), (INFINITE, Form.INFINITE)]
    if decimal == ".":
        shapes.append((COMMA, Form.COMMA))
    shapes.append((GROUPED, Form.GROUPED))
    return next((shape for pattern, shape in shapes if pattern.fullmatch(cell)), None)


def date_form(cell: str) -> Form | None:
    """The forms of dates."""
    match = DATE.fullmatch(cell)
    if match is None:
        return Form.OTHER_DATE if DATE_LIKE.fullmatch(cell) else None
    if "Z" in cell and ":" not in cell:
        return Form.OTHER_DATE
    try:
        datetime.fromisoformat(cell.removesuffix("Z"))
    except ValueError:
        return Form.OTHER_DATE
    return Form.ZULU if match[1] else Form.DATE


ALONE: list[tuple[set[Form], Kind, str]] = [
    ({Form.INTEGER}, "integer", ""),
    ({Form.INTEGER, Form.DECIMAL}, "number", ""),
    ({Form.BOOLEAN}, "boolean", ""),
    ({Form.DATE}, "date", ""),
    ({Form.ZULU}, "date", "times are UTC"),
]


VALUES = {Form.MISSING, *(shape for allowed, _, _ in ALONE for shape in allowed)}
"""a column with a cell of any other form is text, whatever else it holds"""


def decide(seen: Mapping[Form, str]) -> tuple[Kind, str]:
    """The kind of a column from the forms of all its cells (each with one such cell), and why."""
    present = {shape for shape in seen if shape is not Form.MISSING}
    if not present:
        return "text", "" if Form.MISSING in seen else "every cell is empty"
    for allowed, kind, note in ALONE:
        if present <= allowed:
            return kind, note
    if present == {Form.TEXT}:
        return "text", ""
    odd = [shape for shape in Form if shape in present and shape not in ALONE[1][0]]
    if Form.TEXT in odd:
        cell = shown(seen[Form.TEXT])
        return "text", f"kept as text: cells such as {cell} are no numbers or dates"
    strange = [shape for shape in odd if shape not in (Form.BOOLEAN, Form.DATE, Form.ZULU)]
    if not strange:
        kinds = " and ".join(shown(seen[shape]) for shape in Form if shape in present)
        return "text", f"kept as text: {kinds} are of different kinds"
    reasons = "; ".join(f"{shape.value}, as in {shown(seen[shape])}" for shape in strange)
    return "text", f"kept as text: {reasons}"
