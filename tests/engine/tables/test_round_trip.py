"""What is accepted equals the file, cell for cell; what is not a table is refused: no crash."""

from __future__ import annotations

import csv
import io
import random
import time
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.data.tables import Kind, Refused
from engine.data.tables.forms import VALUES, Form, form
from engine.data.tables.survey import Survey
from tests.engine.tables.reading import dialect, reading
from tests.engine.tables.test_read import READ
from tests.engine.tables.test_refuse import REFUSED

TEXT = st.text(
    st.one_of(
        st.sampled_from(list(",;\t|\"'\n\r 0123456789.-+eNA#")), st.characters(codec="utf-8")
    ),
    max_size=12,
).filter(lambda text: "\0" not in text)


def written(rows: list[list[str]], **how: object) -> bytes:
    """The csv module's file, with a header."""
    held = io.StringIO(newline="")
    writer = csv.writer(held, **how)  # type: ignore[arg-type]
    writer.writerow([f"c{place}" for place in range(len(rows[0]))])
    writer.writerows(rows)
    return held.getvalue().encode()


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    row = st.lists(TEXT, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=6))


@settings(max_examples=300, deadline=None)
@given(
    rows=tables(),
    delimiter=st.sampled_from(",;\t|:^"),
    quote=st.sampled_from("\"'"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
@example([["\r"]], ",", '"', "\n", "utf-8")
@example([["\n"], ["x"]], ",", '"', "\r", "utf-8")
def test_text_written_under_any_dialect_comes_back(
    rows: list[list[str]], delimiter: str, quote: str, ending: str, encoding: str
) -> None:
    raw = written(
        rows, delimiter=delimiter, quotechar=quote, lineterminator=ending, quoting=csv.QUOTE_ALL
    )
    found = reading(
        raw.decode().encode(encoding),
        dialect=dialect(delimiter, quote, encoding=encoding),
        kinds={f"c{place}": "text" for place in range(len(rows[0]))},
    )
    assert [list(row) for row in zip(*found.values.values(), strict=True)] == rows
    assert found.facts.losses == []


@settings(max_examples=200, deadline=None)
@given(rows=tables(), delimiter=st.sampled_from(",;\t|"))
def test_with_quotes_only_where_needed_it_comes_back_or_is_refused(
    rows: list[list[str]], delimiter: str
) -> None:
    kinds: dict[str, Kind] = {f"c{place}": "text" for place in range(len(rows[0]))}
    raw = written(rows, delimiter=delimiter)
    # The csv module puts no quotes around a carriage return that is not its line end.
    if any("\r" in cell for row in rows for cell in row):
        with suppress(Refused):
            reading(raw, dialect=dialect(delimiter), kinds=kinds)
        return
    found = reading(raw, dialect=dialect(delimiter), kinds=kinds)
    read = [[cell or "" for cell in row] for row in zip(*found.values.values(), strict=True)]
    assert read == rows


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-(2**53), 2**53), min_size=1))
def test_whole_numbers_come_back(numbers: list[int]) -> None:
    assert reading(written([[str(n)] for n in numbers])).values["c0"] == numbers


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
@pytest.mark.parametrize("mark", [".", ","])
def test_numbers_come_back_without_a_loss(mark: str, numbers: list[float]) -> None:
    rows = [[repr(n).replace(".", mark), "x"] for n in numbers]
    found = reading(written(rows, delimiter=";"), dialect=dialect(";", decimal=mark))
    whole = all(n.is_integer() and "." not in repr(n) and "e" not in repr(n) for n in numbers)
    assert found.values["c0"] == ([int(n) for n in numbers] if whole else numbers)
    assert found.facts.losses == []


CELL = st.one_of(
    st.from_regex(r"[-+]?[0-9]{0,20}[.,]?[0-9]{0,20}([eE][-+]?[0-9]{1,4})?", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-3][0-9]-[0-3][0-9]([T ][0-9:.]{1,15})?Z?", fullmatch=True),
    st.sampled_from(
        ["NA", "", " ", "true", "FALSE", "inf", "0x1F", "nan", "-0", "1_0", "x", "\u22125"]
    ),
)


@settings(max_examples=1000, deadline=None)
@given(st.lists(CELL, min_size=1, max_size=3), st.sampled_from([".", ","]))
def test_whole_arrays_are_judged_as_single_cells_are(cells: list[str], decimal: str) -> None:
    one_by_one = {form(cell, decimal) for cell in cells}
    whole = Survey(decimal)
    whole.whole(pa.array(cells))
    if not one_by_one <= VALUES:
        assert whole.settled
    else:
        # A column of numbers is one whether whole ones among them were noticed or not.
        assert set(whole.seen) - {Form.INTEGER} == one_by_one - {Form.INTEGER} or set(
            whole.seen
        ) | {Form.INTEGER} == one_by_one | {Form.DECIMAL, Form.INTEGER}


def corpus() -> list[bytes]:
    """All hand-made files."""
    every = [content for content, *_ in (*READ, *REFUSED)]
    raw = [content.encode() if isinstance(content, str) else content for content in every]
    return [content for content in raw if len(content) < 50_000]


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A file with a few bytes changed, taken out, doubled, or cut off."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed) + 1)
        end = place + chance.randint(0, 6)
        kind = chance.randrange(4)
        if kind == 0:
            changed[place:end] = chance.randbytes(chance.randint(0, 4))
        elif kind == 1:
            changed[place:end] = chance.choice([b'"', b",", b"\n", b"\r", b"'", b";", b"\0", b'""'])
        elif kind == 2:
            changed[place:place] = changed[place:end]
        else:
            del changed[chance.randrange(len(changed) + 1) :]
    return bytes(changed)


@pytest.mark.slow
def test_two_thousand_damaged_files_are_read_or_refused_quickly() -> None:
    chance, files = random.Random(4), corpus()
    read = refused = unprintable = 0
    for number in range(2_000):
        content = mutated(files[number % len(files)], chance)
        begun = time.monotonic()
        try:
            reading(content)
            read += 1
        except Refused as problem:
            refused += 1
            unprintable += not str(problem).isprintable()
        assert time.monotonic() - begun < 10, content
    assert (read > 300, refused > 300, unprintable) == (True, True, 0)


def test_bytes_of_chance_are_refused_or_text() -> None:
    draw = np.random.default_rng(4)
    for size in range(1, 300):
        try:
            found = reading(draw.bytes(size))
        except Refused:
            continue
        assert found.facts.rows > 0
