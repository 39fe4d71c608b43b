"""The first record: names of columns, or already a row."""

from __future__ import annotations

from collections import Counter

from engine.data.tables.facts import Refused, shown
from engine.data.tables.forms import Form, form

MOST_COLUMNS = 10_000


def has_header(rows: list[list[str]], decimal: str) -> bool:
    """Whether the first row differs from those below as names differ from values."""
    if len(rows) < 2:
        return not rows or not any(is_value(cell, decimal) for cell in rows[0])
    first, body = rows[0], rows[1:]
    if years(first):
        return True
    speaks_for = against = 0
    for place, cell in enumerate(first):
        below = [row[place] for row in body if len(row) > place and row[place].strip()]
        if below and all(is_value(other, decimal) for other in below):
            against += is_value(cell, decimal)
            speaks_for += not is_value(cell, decimal) and bool(cell.strip())
        elif is_value(cell, decimal):
            against += 1
    return speaks_for > 0 or against == 0


def is_value(cell: str, decimal: str) -> bool:
    """Not a word: a number, a date, true or false, a mark for missing."""
    return bool(cell.strip()) and form(cell, decimal) is not Form.TEXT


def years(first: list[str]) -> bool:
    """`country, 2019, 2020, 2021`: names, although all but the first are numbers."""
    numbers = [cell.strip() for cell in first if form(cell) is not Form.TEXT]
    return (
        len(numbers) > 1
        and not is_value(first[0], ".")
        and all(len(n) == 4 and n.isdigit() and "1900" <= n <= "2100" for n in numbers)
        and numbers == sorted(set(numbers))
    )


def column_names(first: list[str], header: bool, line: int) -> list[str]:
    """The names; `column 3` where there is none. Two of one name are refused."""
    if len(first) > MOST_COLUMNS:
        raise Refused(
            f"The table has {len(first):,} columns; at most {MOST_COLUMNS:,} are read. "
            "Is the delimiter right?",
            line,
        )
    if not header:
        return [f"column {place}" for place in range(1, len(first) + 1)]
    names = [cell.strip() or f"column {place}" for place, cell in enumerate(first, 1)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        listed = ", ".join(shown(name) for name in twice[:5])
        raise Refused(
            f"Line {line}: {len(twice)} column {'name is' if len(twice) == 1 else 'names are'} "
            f"there twice: {listed}. Give every column a name of its own, or say that the first "
            "line is no header.",
            line,
        )
    return names
