"""Archives of images that are read: what is found, converted, lost and said."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.data.folders import ImageFacts, read_images
from engine.data.folders.decode import decode
from engine.data.folders.facts import ORIGINAL, THUMBNAILS
from engine.data.folders.index import read_index
from engine.data.tables import Refused
from tests.engine.zips import flowers, pack, picture

GOOD = flowers(2)


def read(files: dict[str, bytes], folder: Path | None = None) -> ImageFacts:
    """The facts of an archive of these files."""
    into = folder or Path(tempfile.mkdtemp(dir=Path.cwd()))
    return read_images(pack(into / ORIGINAL, files), into)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_classes_are_the_folders_in_order() -> None:
    facts = read({**flowers(3), "rose/large.png": picture(size=(40, 30))})
    assert [(each.name, each.images) for each in facts.classes] == [
        *(("iris", 3), ("rose", 4), ("tulip", 3))
    ]
    assert (facts.images, facts.smallest, facts.largest) == (10, (12, 10), (40, 30))
    assert (facts.commonest, facts.commonest_images) == ((12, 10), 9)
    assert (facts.formats, facts.notes, facts.lost) == ({"PNG": 10}, [], [])
    assert (facts.grey, facts.channels, facts.parts) == (0, 3, {})


@pytest.mark.parametrize("prefix", ["flowers/", "a/b/c/", "train/"])
def test_folders_that_all_share_are_passed_over(prefix: str) -> None:
    facts = read(flowers(2, prefix))
    assert [each.name for each in facts.classes] == ["iris", "rose", "tulip"]
    assert any("which is passed over" in note for note in facts.notes)


@pytest.mark.parametrize("name", ["val", "valid", "validation", "Val"])
@pytest.mark.parametrize("prefix", ["", "flowers/"])
def test_folders_above_the_classes_are_a_given_division(name: str, prefix: str) -> None:
    parts = {"train": 3, name: 2, "test": 1}
    files = {k: v for part, n in parts.items() for k, v in flowers(n, f"{prefix}{part}/").items()}
    facts = read(files)
    assert facts.parts == {"train": 9, "validation": 6, "test": 3}
    assert facts.classes[0].parts == {"train": 3, "validation": 2, "test": 1}
    assert any("in more than one of train, validation and test" in note for note in facts.notes)


def test_a_class_may_be_called_test() -> None:
    facts = read({"test/1.png": picture(), "train/1.png": picture(seed=1)})
    assert ([each.name for each in facts.classes], facts.parts) == (["test", "train"], {})


def test_what_systems_leave_behind_is_not_spoken_of() -> None:
    left = ["__MACOSX/rose/._1.png", "rose/.DS_Store", "rose/Thumbs.db", "rose/._2.png"]
    facts = read({**GOOD, **dict.fromkeys([*left, "desktop.ini"], b"x"), "rose/": b""})
    assert (facts.images, facts.strangers, facts.lost, facts.notes) == (6, [], [], [])


def test_files_that_are_no_images_are_named_and_left_out() -> None:
    facts = read({**GOOD, "README.md": b"hello", "rose/drawing.svg": b"<svg/>"})
    assert (facts.strangers, facts.stranger_files) == (["README.md", "rose/drawing.svg"], 2)
    assert (facts.images, facts.lost) == (6, [])


HEIC = b"\0\0\0\x18ftypheic" + bytes(40)
BROKEN = [
    ("cut.png", picture()[:60], "it cannot be decoded"),
    ("cut.jpg", picture(size=(64, 64), format="JPEG")[:-300], "truncated"),
    ("empty.png", b"", "the file is empty (0 bytes)"),
    ("page.jpg", b"<!doctype html><html>", "its bytes are no image, whatever its name says"),
    ("header.png", b"\x89PNG\r\n\x1a\n" + bytes(30), "its header is damaged"),
    ("header.gif", b"GIF89a", "it cannot be decoded"),
    ("header.tif", b"II*\x00" + bytes(20), "it cannot be decoded"),
    ("header.bmp", b"BM" + bytes(30), "it cannot be decoded"),
    ("phone.heic", HEIC, "HEIC is not read; save it as JPEG or PNG"),
    ("phone.jpg", HEIC, "HEIC is not read"),
    ("a.jp2", b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000 is not read"),
    ("a.avif", b"\0\0\0\x18ftypavif" + bytes(9), "AVIF is not read"),
    ("vector.png", b"%!PS-Adobe-3.0 EPSF-3.0\n", "its bytes are no image"),
]


@pytest.mark.parametrize(("name", "content", "why"), BROKEN, ids=[each[0] for each in BROKEN])
def test_a_broken_image_is_named_with_the_reason(name: str, content: bytes, why: str) -> None:
    facts = read({**GOOD, f"rose/{name}": content})
    assert (facts.images, facts.lost_images) == (6, 1)
    assert facts.lost[0].name == f"rose/{name}"
    assert why in facts.lost[0].why


def test_bytes_that_changed_in_the_archive_are_a_broken_image() -> None:
    files = {**GOOD, "rose/x.bmp": picture(format="BMP")}
    content = pack(Path("a.zip"), files, zipfile.ZIP_STORED).read_bytes()
    at = content.index(b"rose/x.bmp") + 80
    Path("b.zip").write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    facts = read_images(Path("b.zip"), Path.cwd())
    assert [(each.name, each.why) for each in facts.lost] == [
        ("rose/x.bmp", "its bytes are damaged in the archive")
    ]


def test_an_image_in_no_class_is_lost() -> None:
    facts = read({**flowers(2, "all/"), "all/logo.png": picture(seed=50)})
    assert [(each.name, each.why) for each in facts.lost] == [
        ("all/logo.png", "it lies in no folder of a class")
    ]
    assert facts.images == 6


def test_grey_is_what_has_no_colour_however_it_is_stored() -> None:
    grey = {
        f"{name}/{n}.jpg": picture((90,) * 3, seed=n, format="JPEG")
        for name in "ab"
        for n in range(2)
    }
    assert read(grey).channels == 1
    assert read({**grey, "a/c.png": picture()}).channels == 3


def test_the_same_image_again_is_kept_and_said() -> None:
    same = picture(seed=3)
    facts = read({**GOOD, "rose/a.png": same, "rose/b.png": same, "tulip/c.png": same})
    assert facts.images == 9
    assert any("2 images equal to another one, byte by byte" in note for note in facts.notes)
    assert any("1 image in more than one class" in note for note in facts.notes)


def test_letters_with_marks_are_one_class_however_they_are_written() -> None:
    files = {"ros\u00e9/1.png": picture(), "rose\u0301/2.png": picture(seed=1)}
    facts = read({**files, "tulip/1.png": picture(seed=2)})
    assert [(each.name, each.images) for each in facts.classes] == [("rosé", 2), ("tulip", 1)]


def test_folders_below_a_class_count_to_it() -> None:
    facts = read({**GOOD, "rose/red/dark/1.png": picture(seed=60)})
    assert facts.classes[1].images == 3
    assert facts.notes == [
        "1 image in folders below those of the classes: counts to the class above"
    ]


def test_names_of_other_systems_are_read() -> None:
    facts = read({name.replace("/", "\\"): content for name, content in GOOD.items()})
    assert [each.name for each in facts.classes] == ["iris", "rose", "tulip"]


def test_samples_do_not_depend_on_the_order_of_the_archive(tmp_path: Path) -> None:
    found = []
    for number, files in enumerate((GOOD, dict(reversed(GOOD.items())))):
        folder = tmp_path / str(number)
        folder.mkdir()
        read({**files, "notes.txt": b"x"}, folder)
        found.append(decode(folder, 8, 3, "crop"))
    assert np.array_equal(found[0][0], found[1][0])
    assert found[0][1].tolist() == [0, 0, 1, 1, 2, 2]


def test_thumbnails_are_of_their_classes(tmp_path: Path) -> None:
    read(flowers(9), tmp_path)
    with np.load(tmp_path / THUMBNAILS) as kept:
        labels, shown = kept["labels"], kept["pixels"]
    assert labels.tolist() == [0] * 6 + [1] * 6 + [2] * 6
    assert shown.shape == (18, 64, 64, 3)
    assert shown[0].mean(axis=(0, 1)).argmax() == 2  # an iris is blue
    assert len(read_index(tmp_path)[1]) == 27


def test_progress_ends_at_the_end(tmp_path: Path) -> None:
    heard: list[float] = []
    read_images(pack(tmp_path / "a.zip", GOOD), tmp_path, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1


def test_a_damaged_byte_never_leads_to_anything_but_a_sentence(tmp_path: Path) -> None:
    """Every 7th byte of a small archive turned: read with what is lost, or refused."""
    content = pack(tmp_path / "a.zip", {k: v for k, v in GOOD.items() if "1" in k}).read_bytes()
    for at in range(0, len(content), 7):
        (tmp_path / "b.zip").write_bytes(
            content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]
        )
        outcome = _outcome(tmp_path / "b.zip", tmp_path)
        assert outcome == "" or outcome.endswith("."), at


def _outcome(path: Path, into: Path) -> str:
    try:
        read_images(path, into)
    except Refused as refused:
        return str(refused)
    return ""
