"""Zips of text files in folders: what is read and how, what is left out, what is refused."""

from __future__ import annotations

import random
import stat
import struct
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from engine.config import RunConfig
from engine.data import OwnTable
from engine.data.folders import read_texts
from engine.data.own.facts import read_own
from engine.data.own.taken import taken_in
from engine.data.tables import Refused, TableFacts
from engine.data.tables.facts import FACTS, TABLE
from engine.events import Evaluation, Started
from engine.settings.command import override
from engine.train import train
from tests.engine.test_image_zip_refused import FLAGS, METHOD, UNPACKED, tarred, zipped
from tests.engine.writings import mails
from tests.engine.zips import flowers, pack, patched

GOOD = mails(3)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path / "store"))


def read(files: dict[str, bytes]) -> tuple[TableFacts, list[dict[str, Any]]]:
    """The facts, and the rows."""
    into = Path("into")
    into.mkdir()
    facts = read_own(pack(Path("a.zip"), files), into, file_name="a.zip")
    assert isinstance(facts, TableFacts)
    return facts, parquet.read_table(into / TABLE).to_pylist()


def test_a_row_a_file_with_its_class_and_its_place() -> None:
    facts, rows = read(GOOD)
    assert (facts.format, facts.rows, facts.losses) == ("texts", 6, [])
    assert [(each.name, each.kind) for each in facts.columns] == [
        *(("text", "text"), ("label", "text"), ("file", "text"))
    ]
    assert [row["label"] for row in rows] == ["ham"] * 3 + ["spam"] * 3
    assert {row["file"]: row["text"].encode() for row in rows} == GOOD


def test_names_of_classes_stay_names() -> None:
    facts, rows = read(
        {f"{year}/{n}": f"{n} words".encode() for year in (2019, 2020) for n in "ab"}
    )
    assert {row["label"] for row in rows} == {"2019", "2020"}
    assert {each.kind for each in facts.columns} == {"text"}


def test_folders_above_the_classes_become_a_column() -> None:
    facts, rows = read({**mails(2, "train/"), **mails(1, "test/")})
    assert [row["part"] for row in rows] == ["test"] * 2 + ["train"] * 4
    assert any("the column part says how" in note for note in facts.notes)


ENCODED = [
    ("utf-8", "caf\u00e9 \u0416\u0443\u043a".encode(), "caf\u00e9 \u0416\u0443\u043a", ""),
    ("utf-8 with a mark", "\ufeffcaf\u00e9".encode(), "caf\u00e9", ""),
    ("utf-16", "caf\u00e9 noir".encode("utf-16"), "caf\u00e9 noir", ""),
    ("utf-16 without", "cafe noir".encode("utf-16-le"), "cafe noir", "utf-16-le"),
    ("windows", "caf\u00e9 noir".encode("cp1252"), "caf\u00e9 noir", "windows-1252"),
    ("line ends", b"a\r\nb\rc\n", "a\r\nb\rc\n", ""),
]


@pytest.mark.parametrize(
    ("content", "text", "guess"), [each[1:] for each in ENCODED], ids=[each[0] for each in ENCODED]
)
def test_encodings_are_found_and_guesses_said(content: bytes, text: str, guess: str) -> None:
    facts, rows = read({**GOOD, "ham/x.txt": content})
    assert next(row["text"] for row in rows if row["file"] == "ham/x.txt") == text
    said = [note for note in facts.notes if "guess" in note]
    assert bool(said) == bool(guess)
    assert guess in "".join(said)


LONG = random.Random(0).randbytes(5_100_000).hex().encode()
LOST = [
    ("empty", "ham/x.txt", b"", "it is empty"),
    ("blank", "ham/x.txt", b" \n\t ", "it is empty"),
    ("binary", "ham/x.txt", b"a\0b", "it has a zero byte"),
    ("neither", "ham/x.txt", b"a\xff\x81b", "is neither UTF-8 nor Windows-1252"),
    ("mixed", "ham/x.txt", "\u00e9".encode() + b" \xe9 ", "two encodings are mixed"),
    ("cut utf-16", "ham/x.txt", "abc".encode("utf-16")[:-1], "is not valid utf-16"),
    ("no class", "readme.md", b"hello", "it lies in no folder of a class"),
    ("too long", "ham/x.txt", LONG, "at most 10,000,000 are read of one text"),
]


@pytest.mark.parametrize(
    ("name", "content", "why"), [each[1:] for each in LOST], ids=[each[0] for each in LOST]
)
def test_what_is_not_kept_is_named_with_the_reason(name: str, content: bytes, why: str) -> None:
    facts, rows = read({**GOOD, name: content})
    assert len(rows) == 6
    (loss,) = facts.losses
    assert f'"{name}" is not kept: ' in loss.sentence
    assert why in loss.sentence


def test_equal_texts_are_said_and_kept() -> None:
    facts, rows = read({**GOOD, "spam/again.txt": GOOD["spam/0.txt"]})
    assert len(rows) == 7
    assert "1 text equal to another one: all are kept" in facts.notes


def linked(mode: int) -> bytes:
    content = zipped({**GOOD, "ham/x.txt": b"/etc/passwd"})
    creator = patched(content, "ham/x.txt", 4, b"\x14\x03")
    return patched(creator, "ham/x.txt", 38, struct.pack("<L", mode << 16))


REFUSED: list[tuple[str, bytes, str]] = [
    ("one class", zipped({"ham/1.txt": b"a b", "ham/2.txt": b"c"}), "with one class"),
    ("no folders", zipped({f"{n}.txt": b"a b" for n in range(3)}), "3 texts lie in no folder"),
    ("nothing but blanks", zipped({"a/1": b" ", "b/2": b""}), "There is no text in this archive"),
    ("leads up", zipped({**GOOD, "../x.txt": b"x"}), "leads out of the archive"),
    ("absolute", zipped({**GOOD, "/etc/x.txt": b"x"}), "names a place on the disk"),
    ("link", linked(stat.S_IFLNK | 0o777), "is a link to another place"),
    ("pipe", linked(stat.S_IFIFO | 0o666), "is a device or pipe"),
    ("zip in zip", zipped({**GOOD, "ham/x.txt": zipped(GOOD)}), "in the archive (zip)"),
    ("tar in zip", zipped({**GOOD, "ham/x.txt": tarred()}), "in the archive (tar)"),
    (
        "encrypted",
        patched(zipped(GOOD), "ham/1.txt", FLAGS, b"\x01\x00"),
        "is encrypted. Zip the files again",
    ),
    ("rare method", patched(zipped(GOOD), "ham/1.txt", METHOD, b"\x0e\x00"), "rare method"),
    ("bomb", zipped({**GOOD, "ham/x.txt": b"a" * 30_000_000}), "as a zip bomb does"),
    (
        "says it is too large",
        patched(zipped(GOOD), "ham/1.txt", UNPACKED, b"\xff\xff\xff\x7f"),
        "becomes 2,147,483,647 bytes",
    ),
    ("cut off", zipped(GOOD)[:-100], "has no end"),
    ("twice", zipped({**GOOD, "ham/9.txt": b"x"}).replace(b"ham/9", b"ham/1"), "2 times"),
    (
        "class only tested",
        zipped({**mails(2, "train/"), **mails(1, "test/"), "test/new/1.txt": b"x"}),
        'The class "new" has no text in the training folder',
    ),
]


@pytest.mark.parametrize(
    ("content", "sentence"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
def test_it_is_refused_with_a_sentence_and_leaves_nothing(content: bytes, sentence: str) -> None:
    Path("a.zip").write_bytes(content)
    Path("into").mkdir()
    with pytest.raises(Refused) as refused:
        read_texts(Path("a.zip"), Path("into"))
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")
    assert not list(Path("into").iterdir())


HELD: list[tuple[str, dict[str, bytes], str]] = [
    ("images with a note", {**flowers(2), "readme.txt": b"x"}, "images"),
    ("images with marks", {**flowers(2), **{f"marks/{n}.txt": b"0" for n in range(6)}}, "images"),
    ("images without names", {k.removesuffix(".png"): v for k, v in flowers(2).items()}, "images"),
    ("texts with a picture", {**mails(9), "logo.png": b"\x89PNG\r\n"}, "texts"),
    ("texts without names", {k.removesuffix(".txt"): v for k, v in GOOD.items()}, "texts"),
    ("two in one folder", {"a.en": b"a\n" * 20, "a.de": b"b\n" * 20}, "pairs"),
    ("two in two folders", {"a/1.txt": b"a", "b/1.txt": b"b"}, "texts"),
]


@pytest.mark.parametrize(
    ("files", "format"), [each[1:] for each in HELD], ids=[each[0] for each in HELD]
)
def test_what_a_zip_holds_is_plain_from_its_content(files: dict[str, bytes], format: str) -> None:
    Path("into").mkdir()
    found = read_own(pack(Path("a.zip"), files), Path("into"), file_name="a.zip")
    assert found.format == format


def test_a_zip_of_a_table_says_what_to_do() -> None:
    Path("into").mkdir()
    with pytest.raises(Refused, match="a table is given as it is, unpacked"):
        read_own(pack(Path("a.zip"), {"a.csv": b"a,b\n1,2\n"}), Path("into"), file_name="a.zip")
    assert not (Path("into") / FACTS).exists()


def test_classes_are_learned_from_a_zip_by_the_engine_alone() -> None:
    path = pack(Path("mails.zip"), mails(60))
    words = ["data=table", f"data.table={path}", "data.target=label", "data.text=text"]
    words += ["model=lstm", "model.embedding=16", "training.epochs=6", "training.batch_size=16"]
    words += ["optimizer.learning_rate=1e-2", "hardware.device=cpu", "hardware.threads=1"]
    config = taken_in(override(RunConfig(), words))
    assert isinstance(config.data, OwnTable)
    assert config.data.card.classes == ("ham", "spam")
    events = list(train(config))
    assert isinstance(events[0], Started)
    assert events[0].choices["columns"] == "1 of 2: text"
    (tested,) = [e for e in events if isinstance(e, Evaluation) and e.split == "test"]
    assert tested.metrics["accuracy"] > 0.9
