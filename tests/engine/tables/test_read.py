"""Hand-made tables that are read: the values, cell for cell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.engine.tables.reading import reading

BIG, EXACT = 2**53 + 1, 2**53


def day(*parts: int) -> datetime:
    """A date without a zone, as tables have them."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


READ: list[tuple[bytes | str, dict[str, list[Any]]]] = [
    # whole numbers
    ("a,b\n1,2\n3,4\n", {"a": [1, 3], "b": [2, 4]}),
    ("a,b\n1,2\n3,4", {"a": [1, 3], "b": [2, 4]}),
    ("a\n-1\n0\n", {"a": [-1, 0]}),
    ("a\n00501\n00502\n", {"a": ["00501", "00502"]}),
    ("a\n501\n00502\n", {"a": ["501", "00502"]}),
    (f"a\n{EXACT}\n-{EXACT}\n", {"a": [EXACT, -EXACT]}),
    (f"a\n1\n{BIG}\n", {"a": ["1", str(BIG)]}),
    (f"a\n1.5\n{BIG}\n", {"a": ["1.5", str(BIG)]}),
    ("a\n1\n123456789012345678901234567890\n", {"a": ["1", "123456789012345678901234567890"]}),
    ("a\n+49123\n5\n", {"a": ["+49123", "5"]}),
    ("a\n0x1F\n0x2F\n", {"a": ["0x1F", "0x2F"]}),
    ("a\n1_000\n2_000\n", {"a": ["1_000", "2_000"]}),
    ("a\n\u0663\n\u0664\n", {"a": ["\u0663", "\u0664"]}),
    ('a,b\n"1","x"\n"2","y"\n', {"a": [1, 2], "b": ["x", "y"]}),
    ("a, b\n1, 2\n3, 4\n", {"a": [1, 3], "b": [2, 4]}),
    # numbers
    ("a\n1.5\n2\n", {"a": [1.5, 2.0]}),
    ("a\n.5\n5.\n", {"a": [0.5, 5.0]}),
    ("a\n1e5\n-2E-3\n", {"a": [1e5, -2e-3]}),
    ("a\n-0\n1\n", {"a": [-0.0, 1.0]}),
    ("a\n1.10\n1.1\n", {"a": [1.1, 1.1]}),
    ("a\n1.5\n007.5\n", {"a": ["1.5", "007.5"]}),
    ("a\n1e999\n1\n", {"a": ["1e999", "1"]}),
    ("a\ninf\n1.5\n", {"a": ["inf", "1.5"]}),
    ("a\n-Infinity\n1\n", {"a": ["-Infinity", "1"]}),
    ("a\n1.5\n0x1p3\n", {"a": ["1.5", "0x1p3"]}),
    ("a\n12,5\n", {"a": [12.5]}),
    ('a,b\n"1,234.5",x\n"12,000",y\n', {"a": ["1,234.5", "12,000"], "b": ["x", "y"]}),
    ("a;b\n1,5;2\n2,25;3\n", {"a": [1.5, 2.25], "b": [2, 3]}),
    ("a;b\n1.234,5;x\n2.000,5;y\n", {"a": ["1.234,5", "2.000,5"], "b": ["x", "y"]}),
    ("a;b\n1,234;x\n5,678;y\n", {"a": ["1,234", "5,678"], "b": ["x", "y"]}),
    ("a;b\n1,5;1.5\n2,5;2.5\n", {"a": ["1,5", "2,5"], "b": [1.5, 2.5]}),
    ("a\t1,5\nb\t2,5\n", {"column 1": ["a", "b"], "column 2": [1.5, 2.5]}),
    ("a\n5 kg\n6 kg\n", {"a": ["5 kg", "6 kg"]}),
    ("a\n5%\n6%\n", {"a": ["5%", "6%"]}),
    ("a\n$5\n$6\n", {"a": ["$5", "$6"]}),
    ("a\n1.2.3\n1.2.4\n", {"a": ["1.2.3", "1.2.4"]}),
    ("a\n192.168.0.1\n", {"a": ["192.168.0.1"]}),
    # missing
    ("a,label\n1,NA\n2,null\n3,None\n", {"a": [1, 2, 3], "label": ["NA", "null", "None"]}),
    ("a,label\n1,NA\n2,x\n", {"a": [1, 2], "label": ["NA", "x"]}),
    ("a,b\n1,x\nNA,y\n", {"a": [1, None], "b": ["x", "y"]}),
    ("a,b\n1.5,x\nnan,y\n,z\n", {"a": [1.5, None, None], "b": ["x", "y", "z"]}),
    ("a,b\n1,x\n?,y\n", {"a": [1, None], "b": ["x", "y"]}),
    ('a,b\n1,""\n2,\n', {"a": [1, 2], "b": ["", None]}),
    ('a,b\n"",x\n"5",y\n', {"a": [None, 5], "b": ["x", "y"]}),
    ("a,b\n,x\n,y\n", {"a": [None, None], "b": ["x", "y"]}),
    ("a,b\n  ,x\n7,y\n", {"a": [None, 7], "b": ["x", "y"]}),
    ("a\n1\n\n3\n", {"a": [1, None, 3]}),
    ("a\n1\n3\n\n\n", {"a": [1, 3]}),
    ('a\n"x"\n""\n', {"a": ["x", ""]}),
    # truths
    ("a\ntrue\nfalse\n", {"a": [True, False]}),
    ("a\nTRUE\nFalse\nNA\n", {"a": [True, False, None]}),
    ("a\nyes\nno\n", {"a": ["yes", "no"]}),
    ("a\n0\n1\n", {"a": [0, 1]}),
    ("a\ntrue\n1\n", {"a": ["true", "1"]}),
    # dates
    ("a\n2024-02-29\n2023-01-01\n", {"a": [day(2024, 2, 29), day(2023, 1, 1)]}),
    ("a\n2024-01-01 10:30\n", {"a": [day(2024, 1, 1, 10, 30)]}),
    ("a\n2024-01-01T10:30:05.25\n", {"a": [day(2024, 1, 1, 10, 30, 5, 250_000)]}),
    ("a\n2024-01-01T10:30:05Z\n", {"a": [day(2024, 1, 1, 10, 30, 5)]}),
    ("a\n2023-02-29\n", {"a": ["2023-02-29"]}),
    ("a\n2024-01-01T10:30:05+02:00\n", {"a": ["2024-01-01T10:30:05+02:00"]}),
    ("a\n2024-01-01T10:30:05Z\n2024-01-01\n", {"a": ["2024-01-01T10:30:05Z", "2024-01-01"]}),
    ("a\n2024-01-01 10:30:05.1234567\n", {"a": ["2024-01-01 10:30:05.1234567"]}),
    ("a\n03/04/2024\n", {"a": ["03/04/2024"]}),
    ("a\n31.12.2024\n", {"a": ["31.12.2024"]}),
    ("a,b\n2024-01-01,x\nNA,y\n", {"a": [day(2024, 1, 1), None], "b": ["x", "y"]}),
    ("a\n2024-01-01\n5\n", {"a": ["2024-01-01", "5"]}),
    ("a\n24:00:00\n10:00\n", {"a": ["24:00:00", "10:00"]}),
    # text stays as it is
    ("a,b\n x ,1\n", {"a": [" x "], "b": [1]}),
    ("a,b\n\U0001f600\u200d,1\n", {"a": ["\U0001f600\u200d"], "b": [1]}),
    ("a,b\ne\u0301,1\n\u00e9,2\n", {"a": ["e\u0301", "\u00e9"], "b": [1, 2]}),
    (
        "a,b\n\u05e9\u05dc\u05d5\u05dd\u202e,1\n",
        {"a": ["\u05e9\u05dc\u05d5\u05dd\u202e"], "b": [1]},
    ),
    ('a,b\n"x\ny",1\n', {"a": ["x\ny"], "b": [1]}),
    ('a,b\n"x\r\ny",1\n', {"a": ["x\r\ny"], "b": [1]}),
    ('a,b\n"x ""y""",1\n', {"a": ['x "y"'], "b": [1]}),
    ('a,b\n"x,y",1\n', {"a": ["x,y"], "b": [1]}),
    ("a,b\n=1+1,1\n", {"a": ["=1+1"], "b": [1]}),
    ("a,b\n<b>x</b>,1\n", {"a": ["<b>x</b>"], "b": [1]}),
    ("a,b\n1\u2028x,1\n", {"a": ["1\u2028x"], "b": [1]}),
    ("a,b\nx\x0by,1\n", {"a": ["x\x0by"], "b": [1]}),
    ("a,b\n" + "x" * 100_000 + ",1\n", {"a": ["x" * 100_000], "b": [1]}),
    # dialects
    ("a;b\n1;2\n", {"a": [1], "b": [2]}),
    ("a\tb\n1\t2\n", {"a": [1], "b": [2]}),
    ("a|b\n1|2\n", {"a": [1], "b": [2]}),
    ("a;b\nx, y;2\nz;3\n", {"a": ["x, y", "z"], "b": [2, 3]}),
    ("a\tb\nx, y\t2\nz, w\t3\n", {"a": ["x, y", "z, w"], "b": [2, 3]}),
    ("sep=;\na;b\n1;2\n", {"a": [1], "b": [2]}),
    ("a,b\n'x,y',1\n'z',2\n", {"a": ["x,y", "z"], "b": [1, 2]}),
    ('a,b\n5" pipe,1\n6" pipe,2\n', {"a": ['5" pipe', '6" pipe'], "b": [1, 2]}),
    ("a,b\nit's,1\n'tis,2\n", {"a": ["it's", "'tis"], "b": [1, 2]}),
    ("a,b\r\n1,2\r\n3,4\r\n", {"a": [1, 3], "b": [2, 4]}),
    ("a,b\r1,2\r3,4\r", {"a": [1, 3], "b": [2, 4]}),
    ("a,b\n1,2\r\n3,4\n", {"a": [1, 3], "b": [2, 4]}),
    ("a,b,\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}),
    ("# made by hand\n# in May\na,b\n1,2\n", {"a": [1], "b": [2]}),
    ("#id,name\n1,x\n2,y\n", {"#id": [1, 2], "name": ["x", "y"]}),
    ("\n\na,b\n\n1,2\n\n", {"a": [1], "b": [2]}),
    ("1,2\n\ufeffa,b", {"column 1": ["1", "\ufeffa"], "column 2": ["2", "b"]}),
    ("\n\n5\n6\n", {"column 1": [5, 6]}),
    ("\r\n\r\n5,6\r\n", {"column 1": [5], "column 2": [6]}),
    ("\r\na,b\r\n\r\n1,2\r\n\r\n", {"a": [1], "b": [2]}),
    ("text\nhello, you\nfoo\nbar\n", {"text": ["hello, you", "foo", "bar"]}),
    # headers
    ("1,2\n3,4\n", {"column 1": [1, 3], "column 2": [2, 4]}),
    ("x,1\ny,2\n", {"column 1": ["x", "y"], "column 2": [1, 2]}),
    ("country,2019,2020\nx,1.5,2.5\n", {"country": ["x"], "2019": [1.5], "2020": [2.5]}),
    ("a,,c\n1,2,3\n", {"a": [1], "column 2": [2], "c": [3]}),
    ("a,A\n1,2\n", {"a": [1], "A": [2]}),
    (' a ,"b"\n1,2\n', {"a": [1], "b": [2]}),
    (
        "first,last\nAda,Byron\nAlan,Turing\n",
        {"first": ["Ada", "Alan"], "last": ["Byron", "Turing"]},
    ),
    ("class,value\nA,1\nB,2\n", {"class": ["A", "B"], "value": [1, 2]}),
    # encodings
    (b"\xef\xbb\xbfa,b\n1,2\n", {"a": [1], "b": [2]}),
    ("a,b\né,2\n".encode("utf-16"), {"a": ["é"], "b": [2]}),
    ("a,b\n1,2\n".encode("utf-16-le"), {"a": [1], "b": [2]}),
    ("a,b\n1,2\n".encode("utf-16-be"), {"a": [1], "b": [2]}),
    ("a,b\né,2\n".encode("utf-32"), {"a": ["é"], "b": [2]}),
    (b"a,b\ncaf\xe9,2\n", {"a": ["café"], "b": [2]}),
    (b"a,b\n\x80 5,2\n", {"a": ["€ 5"], "b": [2]}),
]


@pytest.mark.parametrize(("content", "expected"), READ, ids=range(len(READ)))
def test_a_table_is_read_cell_for_cell(
    content: bytes | str, expected: dict[str, list[Any]]
) -> None:
    raw = content.encode() if isinstance(content, str) else content
    found = reading(raw).values
    assert list(found.items()) == list(expected.items())
    assert [[type(v) for v in column] for column in found.values()] == [
        [type(v) for v in column] for column in expected.values()
    ]
