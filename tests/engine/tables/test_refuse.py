"""Hand-made files that are refused: the line, and what the sentence says."""

from __future__ import annotations

import gzip
import io
import pickle
import sqlite3
import zipfile
from pathlib import Path

import pytest

from engine.data.tables import Refused
from tests.engine.tables.reading import reading


def zipped(*names: str) -> bytes:
    """A zip of empty files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name in names:
            packed.writestr(name, "")
    return held.getvalue()


REFUSED: list[tuple[bytes | str, int | None, str]] = [
    # nothing in it
    ("", None, "empty"),
    ("\n", 1, "no row"),
    ("\n\n\r\n", 1, "no row"),
    ("\ufeff", 1, "no row"),
    ("a,b\n", 1, "only a header"),
    ("a", 1, "only a header"),
    ("a,b\n\n\n", 1, "only a header"),
    # rows of different widths
    ("a,b\n1,2\n3\n", 3, "Line 3 has 1 cell, but the header (line 1) has 2"),
    ("a,b\n1,2\n3,4,5\n", 3, "Line 3 has 3 cells"),
    ("a,b\n1,2,3\n4,5,6\n", 2, "Line 2 has 3 cells"),
    ("a,b\n1,2,\n4,5,\n", 2, "end the header with a delimiter"),
    ("1,2\n3,4\n5\n", 3, "the first row (line 1)"),
    ('a,b\n"x\ny",2\n3\n', 4, "Line 4 has 1 cell"),
    ("title\na,b\n1,2\n3,4\n", 2, "Is the first line a title?"),
    ("a;b\n1;2\n3\n", 3, "Line 3 has 1 cell"),
    ("a,b\n1,2\n   \n", 3, "Line 3 has 1 cell"),
    ("a,b\n" + "1,2\n" * 3000 + "3\n", 3002, "Line 3002 has 1 cell"),
    ("a,b\r1,2\r3\r", 3, "Line 3 has 1 cell"),
    ("a,b\r\n1,2\r\n3\r\n", 3, "Line 3 has 1 cell"),
    ("# c\na,b\n1,2\n3\n", 4, "the header (line 2)"),
    ("\n\na,b\n1,2\n3\n", 5, "the header (line 3)"),
    ("a,b\n1,2\n# the end\n", 3, "Line 3 has 1 cell"),
    ("a,b\n1,2\x1a\n\x1a", 3, "Line 3 has 1 cell"),
    # quotes
    ('a,b\n1,"2\n3,4\n', 2, "never closed"),
    ('a,b\n1,2\n3,"4', 3, "never closed"),
    ('a,b\n"x"y,2\n', 2, "after a closing quote"),
    ('a,b\n"x" ,2\n', 2, "after a closing quote"),
    ('a,b\n"x"1,2\n"y",3\n', 2, "after a closing quote"),
    ('a,b\n"x\ny"z,2\n', 3, "the cell begins in line 2"),
    ('a,b\n"x",2\ny"z,3\n', 3, "inside the cell"),
    ('a,b\n"x",2\n "y",3\n', 3, "inside the cell"),
    ('"a,b\n1,2\n', 1, "never closed"),
    ('a,b\n"x""",2\n"y""\n', 3, "never closed"),
    ('a,b\n"x",2\n' + '"y",3\n' * 2000 + '"z,4\n', 2003, "never closed"),
    # line ends
    ("a,b\n1,x\ry\n", 2, "carriage return alone"),
    ("sep=;,;\na;b\n", 2, "Line 2 has 2 cells"),
    ("# one\r or two\na,b\n1,2\n", 2, "line feed alone"),
    ("a,b\r1,2\r3,4\n5,6\r", 3, "line feed alone"),
    ("a\nx\ry\n", 2, "carriage return alone"),
    # names
    ("a,a\n1,2\n", 1, 'twice: "a"'),
    ("a,b,a,b\n1,2,3,4\n", 1, '"a", "b"'),
    ("column 2,\n1,2\n", 1, "twice"),
    (",".join(f"c{n}" for n in range(10_001)) + "\n", 1, "10,001 columns; at most 10,000"),
    # bytes
    ("a,b\nx\0y,1\n", 2, "Line 2 holds a NUL"),
    ("a,b\n1,2\n" + "\0" * 100, 3, "Line 3 holds a NUL"),
    (b"a,b\n\xc3\xa9,1\n\xe9,2\n", 3, "two encodings are mixed"),
    (b"a,b\n\xe9,1\n\xc3\xa9,2\n", 2, "Byte 4 (0xe9, in line 2)"),
    (b"a,b\n\x81,1\n", 2, "not Windows-1252 either"),
    ("a,b\nx,1\n".encode("utf-16")[:-1], 2, "not valid utf-16"),
    (b"\xff\xfea\0\n\0\x00\xd8b\0\n\0", 2, "not valid utf-16"),
    (b"\xef\xbb\xbfa,b\n\xff,1\n", 2, "not valid utf-8"),
    # not what the name says
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None, "This is a PNG image, not a table"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", None, "JPEG"),
    (b"GIF89a\1\0\1\0", None, "GIF"),
    (b"%PDF-1.7\n", None, "PDF"),
    (gzip.compress(b"a,b\n1,2\n"), None, "gzip archive, not a table: unpack it"),
    (b"BZh91AY&SY\0\0", None, "bzip2"),
    (b"\xfd7zXZ\x00\0", None, "xz"),
    (b"7z\xbc\xaf\x27\x1c\0", None, "7-Zip"),
    (b"\x28\xb5\x2f\xfd\0", None, "Zstandard"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", None, "save it as .xlsx"),
    (b"\x89HDF\r\n\x1a\n", None, "HDF5"),
    (b"\x93NUMPY\1\0", None, "NumPy"),
    (b"ARROW1\0\0", None, "Arrow"),
    (b"RIFF\0\0\0\0WEBP", None, "RIFF"),
    (b"\x7fELF\2", None, "a program"),
    (pickle.dumps({"a": [1]}), None, "pickle, which is never opened"),
    ("<!DOCTYPE html>\n<html><body>404</body></html>", 1, "web page"),
    ("\n <html>\n", 1, "web page"),
    ("<!-- hi --><HTML>", 1, "web page"),
    ('<?xml version="1.0"?><a/>', 1, "XML"),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", None, "git lfs pull"),
    ("{\\rtf1 hello}", None, "RTF"),
    ('[{"a": 1}]', 1, "one JSON list"),
    (zipped("a.csv"), None, "zip archive, not a table: unpack it"),
    (zipped("word/document.xml"), None, "Word"),
    (zipped("content.xml", "mimetype"), None, "OpenDocument"),
    (zipped("xl/workbook.bin"), None, ".xlsb"),
    (zipped("a.csv")[:30], None, "damaged"),
    (b"PAR1", None, "damaged"),
    (b"PAR1" + b"x" * 100 + b"PAR1", None, "damaged"),
    # JSON lines
    ('{"a": [1]}\n', 1, "nested"),
    ('{"a": 1}\n{"a": {"b": 2}}\n', 2, "nested"),
    ('{"a": 1, "a": 2}\n', 1, '"a" twice'),
    ('{"a": 1}\n{"a": }\n', 2, "not JSON"),
    ('{"a": 1}\n[1]\n', 2, "holds no object"),
    ('{"a": 1}\nNaN\n', 2, "holds no object"),
    ('{"a": ' + "[" * 50_000 + "\n", 1, "nested"),
    ('{"a": "\\ud800"}\n', 1, "surrogate"),
    ("".join(f'{{"k{n}": 1}}\n' for n in range(10_001)), 10_001, "10,001 different keys"),
]


@pytest.mark.parametrize(("content", "line", "words"), REFUSED, ids=range(len(REFUSED)))
def test_a_bad_file_is_refused_with_its_line(
    content: bytes | str, line: int | None, words: str
) -> None:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(Refused) as refused:
        reading(raw)
    assert words in str(refused.value)
    assert refused.value.line == line
    assert len(str(refused.value)) < 500


def test_a_database_is_named(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "some.db") as database:
        database.execute("create table t (a)")
    database.close()
    with pytest.raises(Refused, match="an SQLite database"):
        reading((tmp_path / "some.db").read_bytes())


def test_a_cell_longer_than_anyone_means_is_refused_with_the_number() -> None:
    content = b"a,b\n1,2\n3," + b"x" * 10_000_001 + b"\n"
    with pytest.raises(Refused, match="Line 3: a cell has 10,000,001 characters") as refused:
        reading(content)
    assert refused.value.line == 3


def test_a_cell_of_ten_million_characters_is_read() -> None:
    content = b"a,b\n1,2\n3," + b"x" * 10_000_000 + b"\n"
    assert len(reading(content).values["b"][1]) == 10_000_000
