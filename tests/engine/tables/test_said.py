"""What is said beside a table: dialects, guesses, losses, choices of people, other formats."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.data.tables import Kind, Refused, read_table
from tests.engine.tables.reading import dialect, reading

SAID: list[tuple[bytes, str]] = [
    (b"a\n00501\n", 'a: kept as text: leading zeros, as in "00501"'),
    (b"a\n9007199254740993\n", "kept as text: whole numbers beyond"),
    (b"a\n+5\n", "kept as text: plus signs"),
    (b"a\n1.5\ninf\n", "kept as text: infinite values"),
    (b"a\n03/04/2024\n", "kept as text: dates that are not unambiguous"),
    (b"a;b\n1.234,5;x\n7,5;y\n", "kept as text: thousands separators"),
    (b"a;b\n1,5;1.5\n2,5;2.5\n", "kept as text: a decimal comma"),
    (b"a\ntrue\n1\n", 'kept as text: "1" and "true" are of different kinds'),
    (b"a,b\n1,x\nNA,y\nnan,z\nNA,z\n", 'a: taken for missing: 2 times "NA", 1 times "nan"'),
    (b"a,b\n1,x\n 2,y\n", "a: spaces around the values passed over"),
    (b"a,b\n,x\n", "a: every cell is empty"),
    (b"a\n2024-01-01T00:00Z\n", "a: times are UTC"),
    (b"a,b\ncaf\xe9,1\n", "Windows-1252 is a guess"),
    ("a,b\n1,2\n".encode("utf-16-le"), "utf-16-le is a guess"),
    (b"a,b\n\n1,2\n\n", "2 empty lines passed over"),
    (b"# x\na,b\n1,2\n", "1 comment line at the top passed over"),
    (b"a,b,\n1,2,\n", "the empty last column is left out"),
    (b"a\n0.12345678901234567890123\n", "has more digits than a float64 holds and is rounded"),
    (b"a\n1e-400\n1\n", "is rounded"),
]


@pytest.mark.parametrize(("content", "words"), SAID, ids=range(len(SAID)))
def test_what_was_decided_is_said(content: bytes, words: str) -> None:
    assert words in reading(content).said


def test_a_number_that_a_float_holds_loses_nothing() -> None:
    content = b"a\n1.10\n0.1000000000000000055511151231257827\n1.000000000000000000e+00\n"
    assert reading(content).facts.losses == []


CHOSEN: list[tuple[bytes, Kind, list[object], list[tuple[str, int]]]] = [
    (b"a\n1\n2\n", "text", ["1", "2"], []),
    (b"a\n007\n8\n", "integer", [7, 8], [('"007" is written differently', 1)]),
    (b"a\nx\n8\nx\n", "integer", [None, 8, None], [('"x" is no whole number', 2)]),
    (b"a\n1.5\n2.0\n", "integer", [None, 2], [('"1.5" is no whole number', 1)]),
    (b"a\ninf\n2.5\n", "number", [None, 2.5], [('"inf" is no finite number', 1)]),
    (b"a\n01.5\n+2\n", "number", [1.5, 2.0], [("is written differently", 2)]),
    (b"a\n9007199254740993\n", "integer", [2**53 + 1], []),
    (b"a\n9007199254740993\n", "number", [float(2**53)], [("is rounded", 1)]),
    (b"a\nyes\nno\nwhat\n", "boolean", [True, False, None], [("neither true nor false", 1)]),
    (b"a\n0\n1\n", "boolean", [False, True], []),
    (b"a\n01/02/2024\n", "date", [None], [("is no unambiguous date", 1)]),
    (b"a\n-007\n-0\n", "integer", [-7, 0], [("is written differently", 2)]),
]


@pytest.mark.parametrize(("content", "kind", "values", "lost"), CHOSEN, ids=range(len(CHOSEN)))
def test_a_kind_that_is_chosen_lists_what_it_loses(
    content: bytes, kind: Kind, values: list[object], lost: list[tuple[str, int]]
) -> None:
    found = reading(content, kinds={"a": kind})
    assert found.values["a"] == values
    assert len(found.facts.losses) == len(lost)
    for loss, (words, count) in zip(found.facts.losses, lost, strict=True):
        assert words in loss.sentence
        assert loss.count == count


def test_choices_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(Refused, match='There is no column "b"'):
        reading(b"a\n1\n", kinds={"b": "text"})
    with pytest.raises(Refused, match="There is no encoding 'rot13'"):
        reading(b"a\n1\n", dialect=dialect(encoding="rot13"))
    with pytest.raises(Refused, match="one character"):
        reading(b"a\n1\n", dialect=dialect(", "))
    with pytest.raises(Refused, match="both"):
        reading(b"a\n1\n", dialect=dialect('"'))


def test_the_dialect_is_stated_and_can_be_changed() -> None:
    content = b"a;b\n1,5;x\n"
    found = reading(content).facts.dialect
    assert found == dialect(";", decimal=",")
    changed = reading(content, dialect=dialect(";", header=False))
    assert changed.values == {"column 1": ["a", "1,5"], "column 2": ["b", "x"]}
    assert reading(b"\xe9\n1\n", dialect=dialect(encoding="cp437")).values == {"Θ": [1]}


def test_progress_comes_and_goes_up(tmp_path: Path) -> None:
    heard: list[float] = []
    (tmp_path / "a.csv").write_bytes(b"a\n1\n")
    (tmp_path / "into").mkdir()
    read_table(tmp_path / "a.csv", tmp_path / "into", file_name="a.csv", progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1


def parquet(**columns: pa.Array) -> bytes:
    """A file of these columns."""
    held = io.BytesIO()
    pq.write_table(pa.table(columns), held)
    return held.getvalue()


def test_parquet_is_read_whatever_its_name() -> None:
    moment = datetime(2024, 1, 2, 3, tzinfo=UTC)
    found = reading(
        parquet(
            whole=pa.array([1, None], pa.int8()),
            big=pa.array([2**60, 1]),
            real=pa.array([1.5, float("nan")], pa.float32()),
            endless=pa.array([float("inf"), 1.0]),
            exact=pa.array([Decimal("1.10"), Decimal("2.00")]),
            text=pa.array(["", None]),
            few=pa.array(["x", "y"]).dictionary_encode(),
            when=pa.array([moment, None], pa.timestamp("ns", "Europe/Berlin")),
            truth=pa.array([True, False]),
            none=pa.nulls(2),
        )
    )
    assert found.values == {
        "whole": [1, None],
        "big": [str(2**60), "1"],
        "real": [1.5, None],
        "endless": [None, 1.0],
        "exact": [1.1, 2.0],
        "text": ["", None],
        "few": ["x", "y"],
        "when": [moment.replace(tzinfo=None), None],
        "truth": [True, False],
        "none": [None, None],
    }
    assert [loss.column for loss in found.facts.losses] == ["endless"]
    assert "whatever its name says" in found.said


@pytest.mark.parametrize(
    "column",
    [pa.array([[1]]), pa.array([{"a": 1}]), pa.array([b"x"])],
    ids=["list", "map", "bytes"],
)
def test_parquet_of_what_is_no_cell_is_refused(column: pa.Array) -> None:
    with pytest.raises(Refused, match='Column "odd" holds'):
        reading(parquet(odd=column))


def test_json_lines_keep_the_types_they_say() -> None:
    rows = [{"id": "007", "n": 1.5, "t": True}, {"n": 2, "s": ""}, {"id": None, "d": "2024-01-02"}]
    found = reading("\n".join(map(json.dumps, rows)).encode(), "rows.jsonl")
    assert found.values == {
        "id": ["007", None, None],
        "n": [1.5, 2.0, None],
        "t": [True, None, None],
        "s": [None, "", None],
        "d": [None, None, datetime(2024, 1, 2)],  # noqa: DTZ001
    }
    assert reading(b'{"n": 9007199254740993}\n').values == {"n": ["9007199254740993"]}


SHEET = "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def put(packed: zipfile.ZipFile, name: str, content: str) -> None:
    """An entry without a date: the same archive at every time."""
    packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def workbook(rows: str, prologue: str = "") -> bytes:
    """The smallest workbook: one sheet, two texts, one date style."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        put(
            packed,
            "xl/workbook.xml",
            f"<workbook xmlns:r='{RELATED}'><sheets><sheet name='People' r:id='r1'/>"
            "<sheet name='Other' r:id='r2'/></sheets></workbook>",
        )
        put(
            packed,
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id='r1' Target='worksheets/first.xml'/></Relationships>",
        )
        put(
            packed,
            "xl/sharedStrings.xml",
            "<sst><si><t>name</t></si><si><r><t>A</t></r><r><t>da</t></r><rPh><t>x</t></rPh></si></sst>",
        )
        put(
            packed,
            "xl/styles.xml",
            "<styles><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styles>",
        )
        put(
            packed,
            "xl/worksheets/first.xml",
            f"{prologue}{SHEET}<sheetData>{rows}</sheetData></worksheet>",
        )
    return held.getvalue()


HEADER = (
    "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='inlineStr'><is><t>born</t></is></c>"
    "<c r='C1' t='str'><v>size</v></c></row>"
)


def test_an_excel_sheet_is_read_by_its_values() -> None:
    rows = (
        "<row r='2'><c r='A2' t='s'><v>1</v></c><c r='B2' s='1'><v>45292</v></c>"
        "<c r='C2'><f>1+1</f><v>1.5</v></c></row><row r='4'><c r='C4'><v>0.1</v></c></row>"
    )
    found = reading(workbook(HEADER + rows), "people.xlsx")
    assert found.values == {
        "name": ["Ada", None],
        "born": [datetime(2024, 1, 1), None],  # noqa: DTZ001
        "size": [1.5, 0.1],
    }
    assert 'the first sheet, "People"; not 1 other sheet' in found.said
    assert "1 cell with a formula: taken is the value that was saved" in found.said


@pytest.mark.parametrize(
    ("rows", "prologue", "words"),
    [
        ("", "", '"People", is empty'),
        (HEADER, "", "only a header"),
        (HEADER + "<row r='2'><c r='D2'><v>1</v></c></row>", "", "Row 2 has a cell in column 4"),
        (HEADER + "<row r='2'><c r='A2' t='s'><v>9</v></c></row>", "", "a text that is not there"),
        (HEADER + "<row r='2'><c r='ZZZ2'><v>1</v></c></row>", "", "at most 10,000"),
        (HEADER + "<row", "", "damaged at xl/worksheets/first.xml"),
        (HEADER, "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", "document type"),
    ],
)
def test_a_bad_workbook_is_refused(rows: str, prologue: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        reading(workbook(rows, prologue), "people.xlsx")
