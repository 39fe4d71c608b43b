"""What the reader took a file for, in the words of pages and command line alike."""

from __future__ import annotations

from engine.data.tables import Dialect

FORMATS = {"csv": "text table", "parquet": "Parquet", "xlsx": "Excel", "jsonl": "JSON lines"}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}


def spoken(dialect: Dialect) -> str:
    """`utf-8, delimiter comma, no quotes, decimal point, the first line is the header`."""
    delimiter = DELIMITERS.get(dialect.delimiter, repr(dialect.delimiter))
    quote = f"quotes {dialect.quote}" if dialect.quote else "no quotes"
    decimal = "decimal point" if dialect.decimal == "." else "decimal comma"
    header = "the first line is the header" if dialect.header else "no header"
    return f"{dialect.encoding}, delimiter {delimiter}, {quote}, {decimal}, {header}"
