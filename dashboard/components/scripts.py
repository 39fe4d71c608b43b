"""The scripts of tables, as Streamlit takes them: one text each, which can import nothing."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def table_script(name: str) -> str:
    """The script of a table whose rows are selected, behind what all of these share."""
    return (_HERE / "choosing.js").read_text() + (_HERE / name).read_text()
