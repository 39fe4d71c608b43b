"""What the reader took a file for, in the words of pages and command line alike."""

from __future__ import annotations

from engine.data.tables import Dialect

FORMATS = {
    "csv": "text table",
    "parquet": "Parquet",
    "xlsx": "Excel",
    "jsonl": "JSON lines",
    "texts": "zip of text files",
}
HOLDS = {
    "images": ("images", "classes"),
    "corpus": ("lines", "characters"),
    "pairs": ("pairs", "texts each"),
}
"""what `rows` and `columns` of a data set count, where it is no table"""
THESE_ARE = {
    "images": "These are images",
    "corpus": "This is a corpus",
    "pairs": "These are pairs of texts",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}


def spoken(dialect: Dialect) -> str:
    """`utf-8, delimiter comma, no quotes, decimal point, the first line is the header`."""
    delimiter = DELIMITERS.get(dialect.delimiter, repr(dialect.delimiter))
    quote = f"quotes {dialect.quote}" if dialect.quote else "no quotes"
    decimal = "decimal point" if dialect.decimal == "." else "decimal comma"
    header = "the first line is the header" if dialect.header else "no header"
    return f"{dialect.encoding}, delimiter {delimiter}, {quote}, {decimal}, {header}"


def held(format_: str, rows: int, columns: int) -> tuple[str, str]:
    """`1,200` rows and `7` columns of a table; `60 images` and `3 classes`."""
    nouns = HOLDS.get(format_)
    if nouns is None:
        return f"{rows:,}", f"{columns:,}"
    return f"{rows:,} {nouns[0]}", f"{columns:,} {nouns[1]}"
