"""Archives that cannot be trusted, or learned from: each with its sentence, and nothing left."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.data.folders import archive, directory, read_images
from engine.data.tables import Refused
from tests.engine.zips import flowers, pack, patched, picture

Files = dict[str, bytes]
GOOD = flowers(2)
FLAGS, METHOD, PACKED, UNPACKED, MODE, OFFSET = 8, 10, 20, 24, 38, 42


def zipped(files: Files) -> bytes:
    """The bytes of a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            # Without a date of its own an archive is the same at every time.
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def special(name: str, mode: int, content: bytes = b"/etc/passwd") -> bytes:
    """An archive with an entry that is no ordinary file."""
    stream = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(stream, "a") as packed:
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = mode << 16
        packed.writestr(info, content)
    return stream.getvalue()


def header(width: int, height: int) -> bytes:
    """A PNG that says it has so many pixels, and has none."""
    fields = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + fields
    ends = struct.pack(">I", zlib.crc32(b"IHDR" + fields)) + b"\0\0\0\0IEND\xaeB`\x82"
    return b"\x89PNG\r\n\x1a\n" + chunk + ends


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as packed:
        packed.addfile(tarfile.TarInfo("a.png"))
    return stream.getvalue()


def twice() -> bytes:
    """Two entries of one name."""
    content = zipped({**GOOD, "rose/9.png": picture(seed=9)})
    return content.replace(b"rose/9.png", b"rose/1.png")


def divided(**more: bytes) -> Files:
    return {**flowers(2, "train/"), **flowers(1, "test/"), **more}


def bomb(size: int) -> Files:
    return {**GOOD, "rose/bomb.bmp": b"BM" + bytes(size)}


def entry(name: str, content: bytes = b"") -> bytes:
    return zipped({**GOOD, name: content or picture(seed=77)})


REFUSED: list[tuple[str, bytes | Files, str]] = [
    ("empty", {}, "The archive is empty. Zip the folders"),
    ("no images", {"a.csv": b"a,b\n1,2\n"}, 'no image in this archive (it has "a.csv")'),
    ("only folders", {"rose/": b"", "tulip/": b""}, "There is no image in this archive."),
    ("only leftovers", {"__MACOSX/._a.png": b"x", ".DS_Store": b"x"}, "There is no image"),
    ("only documents", {"rose/a.txt": b"x", "tulip/b.pdf": b"%PDF-1"}, "There is no image"),
    ("one class", {"rose/1.png": picture(), "rose/2.png": picture(seed=1)}, "with one class"),
    ("one class below", flowers(2) and {"a/rose/1.png": picture()}, 'folder "rose": with one'),
    ("no folders", {"1.png": picture(), "2.png": picture(seed=1)}, "2 images lie in no folder"),
    ("all broken", {"a/1.png": b"", "b/2.png": b"x"}, "None of the 2 images in the archive can"),
    ("cut off", zipped(GOOD)[:-400], "has no end: it was cut off"),
    ("cut to its first bytes", zipped(GOOD)[:40], "has no end"),
    ("list is damaged", zipped(GOOD).replace(b"PK\x01\x02", b"PK\x01\x09"), "is damaged"),
    ("end alone", b"PK\x05\x06" + bytes(18), "The archive is empty"),
    (
        "list too long",
        zipped(GOOD)[:-22]
        + b"PK\x05\x06"
        + struct.pack("<4H2LH", 0, 0, 60_000, 60_000, 3_000_000_000, 0, 0),
        "60,000 entries",
    ),
    (
        "of several files",
        zipped(GOOD)[:-22] + b"PK\x05\x06" + struct.pack("<4H2LH", 3, 0, 6, 6, 300, 0, 0),
        "one of several files",
    ),
    (
        "large list cut off",
        zipped(GOOD)[:-22]
        + b"PK\x06\x07"
        + bytes(16)
        + b"PK\x05\x06"
        + struct.pack("<4H2LH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0),
        "has no end",
    ),
    (
        "encrypted",
        patched(zipped(GOOD), "rose/1.png", FLAGS, b"\x01\x00"),
        '"rose/1.png" is encrypted. Zip the files again without a password.',
    ),
    ("symlink", special("rose/9.png", stat.S_IFLNK | 0o777), '"rose/9.png" is a link'),
    ("device", special("rose/9.png", stat.S_IFCHR | 0o666), "is a device or pipe"),
    ("pipe", special("rose/9.png", stat.S_IFIFO | 0o666), "is a device or pipe"),
    ("leads up", entry("../evil.png"), '"../evil.png" leads out of the archive'),
    ("leads up inside", entry("rose/../../evil.png"), "leads out of the archive"),
    ("leads up by backslash", entry("rose\\..\\..\\evil.png"), "leads out of the archive"),
    ("leads up to a folder", zipped({**GOOD, "rose/../": b""}), "leads out of the archive"),
    ("absolute", entry("/etc/evil.png"), '"/etc/evil.png" names a place on the disk'),
    ("absolute by backslash", entry("\\\\host\\evil.png"), "names a place on the disk"),
    ("drive", entry("C:\\evil.png"), "names a place on the disk"),
    ("drive with slash", entry("c:/evil.png"), "names a place on the disk"),
    (
        "zero byte",
        zipped({**GOOD, "rose/X.png": picture()}).replace(b"rose/X.png", b"rose/\0.png"),
        "has a zero byte in its name",
    ),
    ("twice", twice(), '"rose/1.png" is in the archive 2 times'),
    ("zip in zip", entry("rose/more.zip", zipped(GOOD)), "archive in the archive (zip)"),
    ("zip called png", entry("rose/9.png", zipped(GOOD)), "archive in the archive (zip)"),
    ("gzip in zip", entry("rose/a.gz", gzip.compress(b"x")), "archive in the archive (gzip)"),
    ("tar in zip", entry("more.tar", tarred()), "archive in the archive (tar)"),
    ("7z in zip", entry("more.7z", b"7z\xbc\xaf\x27\x1c123"), "in the archive (7-Zip)"),
    ("rar in zip", entry("more.rar", b"Rar!\x1a\x07\x00"), "in the archive (RAR)"),
    ("xz in zip", entry("more.xz", b"\xfd7zXZ\x00"), "in the archive (xz)"),
    ("bzip2 in zip", entry("more.bz2", b"BZh91AY"), "in the archive (bzip2)"),
    ("zstd in zip", entry("more.zst", b"\x28\xb5\x2f\xfd"), "in the archive (Zstandard)"),
    ("rare method", patched(zipped(GOOD), "rose/1.png", METHOD, b"\x0e\x00"), "rare method"),
    ("bomb", bomb(30_000_000), 'The entry "rose/bomb.bmp" becomes 30,000,002 bytes from'),
    ("too large", bomb(70_000_000), "at most 64,000,000 are read of one file"),
    (
        "many small bombs",
        {**GOOD, **{f"rose/{n}.bmp": b"BM" + bytes(9_000_000) for n in range(8)}},
        "as a zip bomb does; at most 50,000,000,000",
    ),
    (
        "says it is too large",
        patched(zipped(GOOD), "rose/1.png", UNPACKED, b"\xff\xff\xff\x7f"),
        "becomes 2,147,483,647 bytes",
    ),
    ("overlapping", patched(zipped(GOOD), "tulip/1.png", PACKED, b"\xff\xff\x00\x00"), "overlaps"),
    ("same bytes twice", patched(zipped(GOOD), "rose/1.png", OFFSET, bytes(4)), "overlaps"),
    ("image bomb", entry("rose/9.png", header(100_000, 90_000)), '"rose/9.png" has'),
    (
        "large image bomb",
        entry("rose/9.png", header(9_000, 9_000)),
        "has 9,000 x 9,000 pixels; at most 50,000,000 are decoded. Make it smaller",
    ),
    ("huge sides", entry("rose/9.png", header(2**31 - 1, 2**31 - 1)), "at most 50,000,000"),
    (
        "folder beside parts",
        divided(**{"more/rose/1.png": picture()}),
        'Beside test/ and train/ there is the folder "more"',
    ),
    (
        "class only tested",
        divided(**{"test/daisy/1.png": picture()}),
        'The class "daisy" has no image in the training folder',
    ),
    (
        "one class in parts",
        {"train/a/1.png": picture(), "test/a/2.png": picture(seed=1)},
        "with one class",
    ),
]


@pytest.mark.parametrize(
    ("content", "sentence"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
def test_it_is_refused_with_a_sentence_and_leaves_nothing(
    content: bytes | Files, sentence: str, tmp_path: Path
) -> None:
    path, into = tmp_path / "a.zip", tmp_path / "into"
    path.write_bytes(content if isinstance(content, bytes) else zipped(content))
    into.mkdir()
    with pytest.raises(Refused) as refused:
        read_images(path, into)
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a.zip", "into"]


def test_there_are_at_least_forty_kinds() -> None:
    assert len({each[0] for each in REFUSED}) >= 40


def bytes_in_all(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(archive, "MOST_BYTES_IN_ALL", 1_000)
    return "as a zip bomb does; at most 1,000"


def entries(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(directory, "MOST_ENTRIES", 5)
    return "The archive has 6 entries"


@pytest.mark.parametrize("lower", [bytes_in_all, entries])
def test_limits_that_take_long_to_reach(
    lower: Callable[[pytest.MonkeyPatch], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = lower(monkeypatch)
    with pytest.raises(Refused, match=sentence):
        read_images(pack(tmp_path / "a.zip", GOOD), tmp_path)


def test_what_comes_out_is_counted_and_not_what_the_list_says(tmp_path: Path) -> None:
    """A list that says 100 bytes where there are 30 million."""
    content = zipped(bomb(30_000_000))
    lying = patched(content, "rose/bomb.bmp", UNPACKED, (100).to_bytes(4, "little"))
    (tmp_path / "a.zip").write_bytes(lying)
    facts = read_images(tmp_path / "a.zip", tmp_path)
    assert [lost.name for lost in facts.lost] == ["rose/bomb.bmp"]
    assert "damaged in the archive" in facts.lost[0].why
