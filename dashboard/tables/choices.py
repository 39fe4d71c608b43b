"""What a person chooses about the reading of a file: what it is, dialect, types, columns not to
keep.

Nothing is read again before a button is pressed: with a large file each reading takes minutes.
"""

from __future__ import annotations

from typing import Any, cast, get_args

import streamlit as st

from dashboard import services
from engine.data.lines import CorpusFacts, PairFacts
from engine.data.own.facts import Facts
from engine.data.own.recognise import Reading
from engine.data.tables import Kind, TableFacts
from jobs.data_sets.attendant import Order
from jobs.data_sets.incoming import Upload
from jobs.data_sets.words import DELIMITERS

_DETECTED = "detected"
_QUOTES = {'"': 'double "', "'": "single '", "": "none"}
_DECIMALS = {".": "point", ",": "comma"}
_HEADERS = {True: "names in the first line", False: "no names in the first line"}
_ENCODINGS = ("utf-8", "utf-16", "windows-1252", "iso-8859-15", "cp850", "shift_jis", "gb18030")
_TEXT_FILES = (".csv", ".tsv", ".txt", ".text", ".md", ".tab")
_NOTHING: dict[str, list[str]] = {"drop": [], "hash": []}
_READINGS = {"table": "a table", "corpus": "one text", "pairs": "pairs of texts"}


def order_of(upload: Upload) -> Order:
    """The reading that was chosen last; at first all is detected."""
    chosen = st.session_state.get(_key(upload))
    if isinstance(chosen, Order):
        return chosen
    return Order(path=str(upload.path), file_name=upload.name)


def forget(upload: Upload) -> None:
    """The file is a table now."""
    st.session_state.pop(_key(upload), None)


def reading(upload: Upload, order: Order, found: Facts | None) -> None:
    """What it is, dialect and types, with a button that reads the file again."""
    table = found if isinstance(found, TableFacts) else None
    is_text = bool(upload.name.lower().endswith(_TEXT_FILES) or (table and table.dialect))
    is_written = isinstance(found, CorpusFacts | PairFacts)
    if not is_text and not is_written and table is None:
        return
    with st.expander("Read it in another way", key="reading", expanded=found is None):
        what = _what(upload, order) if is_text or is_written else order.reading
        running = is_written or what in ("corpus", "pairs")
        said = _dialect(upload, order) if is_text and not running else {}
        kinds = _kinds(upload, order, table) if table and not running else {}
        if st.button("Read again", key="again", icon=":material/refresh:"):
            # What was chosen of columns means nothing where there are none.
            columns = (
                {"drop": order.drop, "hash": order.hash} if what == order.reading else _NOTHING
            )
            _choose(upload, order, reading=what, said=said, kinds=kinds, **columns)


def _what(upload: Upload, order: Order) -> Reading | None:
    chosen = st.segmented_control(
        "It is",
        [_DETECTED, *_READINGS],
        default=order.reading or _DETECTED,
        key=f"what.{upload.id}",
        format_func=lambda value: _READINGS.get(value, value),
        required=True,
    )
    return None if chosen == _DETECTED else cast("Reading", chosen)


def privacy(upload: Upload, order: Order, found: TableFacts) -> None:
    """Columns that are not kept, or only as hashes; the file itself is not kept then."""
    names = [*(column.name for column in found.columns), *order.drop]
    drop = st.multiselect(
        "Leave out",
        names,
        default=order.drop,
        key=f"drop.{upload.id}",
        placeholder="Columns",
        help="These columns are not kept, and neither is the file as it came.",
    )
    hashed = st.multiselect(
        "Keep only as hashes",
        [name for name in names if name not in drop],
        default=[name for name in order.hash if name not in drop],
        key=f"hash.{upload.id}",
        placeholder="Columns",
        help="Equal cells stay equal, and nobody can read them: salted SHA-256.",
    )
    changed = (drop, hashed) != (order.drop, order.hash)
    if changed and st.button("Apply", key="protect", icon=":material/lock:", width="stretch"):
        _choose(upload, order, drop=drop, hash=hashed)


def _dialect(upload: Upload, order: Order) -> dict[str, str | bool]:
    """One box for each thing; what is left to detection is not in the answer."""
    left, middle, right = st.columns(3)
    with left:
        delimiter = _box(upload, order, "delimiter", "Between cells", DELIMITERS)
        encoding = _box(upload, order, "encoding", "Encoding", {each: each for each in _ENCODINGS})
    with middle:
        quote = _box(upload, order, "quote", "Quotes", _QUOTES)
        decimal = _box(upload, order, "decimal", "Decimal mark", _DECIMALS)
    with right:
        header = _box(upload, order, "header", "First line", _HEADERS)
    said = {
        "delimiter": delimiter,
        "encoding": encoding,
        "quote": quote,
        "decimal": decimal,
        "header": header,
    }
    return {name: value for name, value in said.items() if value is not None}


def _box(upload: Upload, order: Order, name: str, label: str, allowed: dict[Any, str]) -> Any:
    options = [None, *allowed]
    chosen = order.said.get(name)
    return st.selectbox(
        label,
        options,
        index=options.index(chosen) if chosen in allowed else 0,
        format_func=lambda value: _DETECTED if value is None else allowed[value],
        key=f"{name}.{upload.id}",
    )


def _kinds(upload: Upload, order: Order, found: TableFacts) -> dict[str, Kind]:
    """Columns by the type they are to have; the others keep what was found."""
    names = [column.name for column in found.columns]
    kinds: dict[str, Kind] = {}
    boxes = st.columns(len(get_args(Kind)))
    for box, kind in zip(boxes, reversed(get_args(Kind)), strict=True):
        with box:
            chosen = st.multiselect(
                f"Read as {kind}",
                names,
                default=[name for name, each in order.kinds.items() if each == kind],
                key=f"kind.{kind}.{upload.id}",
                placeholder="Columns",
            )
        kinds |= dict.fromkeys(chosen, cast("Kind", kind))
    return kinds


def _choose(upload: Upload, order: Order, **changes: Any) -> None:
    services.attendants().end(order)
    st.session_state[_key(upload)] = order.model_copy(update=changes)
    st.rerun()


def _key(upload: Upload) -> str:
    return f"reading.{upload.id}"
