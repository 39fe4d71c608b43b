"""Every hand-made file of the suites for tables and images, under a name to upload it by."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tests.engine.tables.test_read import READ
from tests.engine.tables.test_refuse import REFUSED as REFUSED_TABLES
from tests.engine.tables.test_said import CHOSEN, HEADER, SAID, parquet, workbook
from tests.engine.test_image_pictures import CONVERTED
from tests.engine.test_image_zip import BROKEN
from tests.engine.test_image_zip_refused import REFUSED as REFUSED_IMAGES
from tests.engine.test_image_zip_refused import zipped
from tests.engine.zips import flowers

LARGEST = 200_000
"""bytes; a few kinds are larger and have tests of their own"""


@dataclass(frozen=True)
class Made:
    """A file, as a person would upload it."""

    name: str
    content: bytes


def made() -> list[Made]:
    """All of them that are different and not large."""
    every = [*_texts(), *_books(), *_images(), Made("old.db", _database()), *TWENTY_SEVEN]
    kinds = {one.content: one for one in every if len(one.content) <= LARGEST}
    return list(kinds.values())


def _texts() -> list[Made]:
    contents = [
        *(content for content, _ in READ),
        *(content for content, _, _ in REFUSED_TABLES),
        *(content for content, _ in SAID),
        *(content for content, *_ in CHOSEN),
    ]
    return [Made(f"{place}.csv", _raw(content)) for place, content in enumerate(contents)]


def _raw(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _books() -> list[Made]:
    rows = [
        "",
        HEADER,
        HEADER + "<row r='2'><c r='A2' t='s'><v>1</v></c><c r='C2'><v>1.5</v></c></row>",
        HEADER + "<row r='2'><c r='D2'><v>1</v></c></row>",
        HEADER + "<row r='2'><c r='A2' t='s'><v>9</v></c></row>",
        HEADER + "<row r='2'><c r='A2' t='e'><v>#REF!</v></c></row>",
        HEADER + "<row r='2'><c r='B2' s='1'><v>60</v></c></row>",
        HEADER + "<row r='2'><c r='A2' s='99'><v>x</v></c></row>",
        HEADER + "<row r='2'><c r='ZZZ2'><v>1</v></c></row>",
        HEADER + "<row r='2'><c><v>1</v></c></row>",
        HEADER + "<row r='9999999'><c r='A9999999'><v>1</v></c></row>",
        HEADER + "<row",
    ]
    books = [workbook(each) for each in rows]
    books.append(workbook(HEADER, "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"))
    columns = [
        parquet(a=pa.array([1, None], pa.int8())),
        parquet(a=pa.array([2**60, 1]), b=pa.array(["x", None])),
        parquet(a=pa.array([[1]])),
        parquet(a=pa.array([b"x"])),
        parquet(a=pa.array([{"a": 1}])),
        parquet(a=pa.nulls(3)),
        parquet(a=pa.array([float("inf"), float("nan")])),
        parquet(),
    ]
    return [
        *(Made(f"{place}.xlsx", content) for place, content in enumerate(books)),
        *(Made(f"{place}.parquet", content) for place, content in enumerate(columns)),
    ]


def _images() -> list[Made]:
    good = flowers(2)
    archives = [
        *(content for _, content, _ in REFUSED_IMAGES),
        *({**good, f"rose/{name}": content} for name, content, _ in BROKEN),
        *({**good, f"rose/{name}": make()} for name, make, _ in CONVERTED),
        good,
    ]
    raw = [each if isinstance(each, bytes) else zipped(each) for each in archives]
    return [Made(f"{place}.zip", content) for place, content in enumerate(raw)]


def _database() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "some.db"
        database = sqlite3.connect(path)
        database.execute("create table t (a)")
        database.commit()
        database.close()
        return path.read_bytes()


TWENTY_SEVEN = [
    Made("ragged_short.csv", b"id,x,label\n1,0.5,a\n2,0.7\n"),
    Made("ragged_long.csv", b"id,x,label\n1,0.5,a,9\n2,0.7,b,9\n"),
    Made("na_labels.csv", b"x,label\n1,NA\n2,None\n3,null\n"),
    Made("big_ids.csv", b"id,y\n9007199254740993,1\n9007199254740995,0\n"),
    Made("zeros.csv", b"zip,y\n00501,1\n00502,0\n"),
    Made("semicolon.csv", b"a;b\n1,5;x\n2,5;y\n"),
    Made("page.csv", b"<!DOCTYPE html><html><body>404</body></html>"),
    Made("nul.csv", b"a,b\n1,x\0y\n"),
    Made("unclosed.csv", b'a,b\n1,"x\n2,y\n'),
    Made("latin1.csv", "a,b\ncafé,1\n".encode("latin-1")),
    Made("utf16.csv", "a,b\ncafé,1\n".encode("utf-16")),
    Made("bom.csv", b"\xef\xbb\xbfa,b\n1,2\n"),
    Made("mixed_encoding.csv", b"a,b\n\xc3\xa9,1\n\xe9,2\n"),
    Made("cr_only.csv", b"a,b\r1,2\r3,4\r"),
    Made("empty.csv", b""),
    Made("header_only.csv", b"a,b\n"),
    Made("one_row.csv", b"a,b\n1,2\n"),
    Made("duplicate_header.csv", b"a,a\n1,2\n"),
    Made("no_header.csv", b"1,2\n3,4\n"),
    Made("inf.csv", b"a,b\ninf,1\n-inf,2\n"),
    Made("mixed_types.csv", b"a,b\n1,x\ntwo,y\n3.5,z\n"),
    Made("all_missing.csv", b"a,b\n,1\n,2\n"),
    Made("constant.csv", b"a,b\n1,1\n1,2\n"),
    Made("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    Made("gzip.csv", b"\x1f\x8b\x08\0\0\0\0\0\0\0"),
    Made("thousands.csv", b'a,b\n"1,234",x\n"12,345",y\n'),
    Made("newline_in_cell.csv", b'a,b\n"x\ny",1\n'),
]
"""those of which pandas' `read_csv` damages about twelve without a word"""
