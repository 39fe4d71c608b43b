"""Small still tables as HTML: every cell is escaped here, so a name can never become markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st


@dataclass(frozen=True)
class Cell:
    """A text, optionally stressed: `strong` for the best value, `mark` for a changed one."""

    text: str
    strong: bool = False
    mark: bool = False
    number: bool = False
    link: str = ""
    """an address inside the dashboard, e.g. `/run?id=...`"""
    note: str = ""
    """a small second line"""


Content = Cell | str

_LONG_LETTERS = 40
"""a longer text is broken into lines instead of widening the table"""


def table(head: Sequence[str], rows: Iterable[Sequence[Content]], *, scrolls: bool = False) -> None:
    """Draws a table that scrolls inside itself when it is wider than the screen.

    `scrolls`: it is also kept low, and scrolls under its header.
    """
    st.html(html(head, rows, scrolls=scrolls))


def html(head: Sequence[str], rows: Iterable[Sequence[Content]], *, scrolls: bool = False) -> str:
    """The table as HTML; an empty `head` leaves the header out."""
    lines = list(rows)
    top = "".join(_head(name, [row[index] for row in lines]) for index, name in enumerate(head))
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in lines)
    thead = f"<thead><tr>{top}</tr></thead>" if head else ""
    kind = "yard-table yard-low" if scrolls else "yard-table"
    focus = ' tabindex="0"' if scrolls else ""
    return f'<div class="{kind}"{focus}><table>{thead}<tbody>{body}</tbody></table></div>'


def _head(name: str, column: Sequence[Content]) -> str:
    """A title stands over its numbers, at the right."""
    numbers = bool(column) and all(isinstance(cell, Cell) and cell.number for cell in column)
    return f'<th class="{"number" if numbers else ""}">{escape(name)}</th>'


def _cell(content: Content) -> str:
    cell = content if isinstance(content, Cell) else Cell(content)
    names = [name for name in ("strong", "mark", "number") if getattr(cell, name)]
    text = escape(cell.text)
    if len(cell.text) > _LONG_LETTERS:
        names.append("long")
    if cell.link:
        text = f'<a href="{escape(cell.link)}" target="_self">{text}</a>'
    if cell.note:
        text = f"{text}<small>{escape(cell.note)}</small>"
    return f'<td class="{" ".join(names)}">{text}</td>'
