"""Deterministic damage: to bytes, lines, cells, encodings, and to what is inside of archives."""

from __future__ import annotations

import io
import random
import warnings
import zipfile

from tests.bad.made import Made

MARKS = [b'"', b",", b"\n", b"\r", b"'", b";", b"\0", b'""', b"\t", b"|", b"\xff", b"\xef\xbb\xbf"]
CELLS = [
    *("NA", "", " ", "1e999", "-0", "00501", "9007199254740993", "1,5", "1.234,5", "inf", "true"),
    *("2024-02-30", "2024-01-01", "0x1F", "=1+1", "\u202e", "e\u0301", "1_000", "+5", "\u0663"),
    *('say "hi"', "a,b", "x\ny", "null", "#c", "'tis", "\u00a01", "1.0000000000000000000001"),
]
ENCODINGS = ["utf-16", "utf-16-le", "utf-32", "latin-1", "utf-8-sig", "cp1252", "cp437"]


def damaged(kinds: list[Made], number: int) -> Made:
    """The file of that number: one of `kinds`, in one of five ways, by a seed of its own."""
    chance = random.Random(number)
    one = kinds[number % len(kinds)]
    if one.content[:2] == b"PK" and chance.random() < 0.7:
        return Made(one.name, _inside(one.content, chance))
    ways = (_bytes, _bytes, _lines, _cells, _encoded)
    content = chance.choice(ways)(one.content, chance)
    suffixes = ("csv", "tsv", "jsonl", "parquet", "xlsx", "zip", "txt")
    suffix = chance.choice(suffixes) if chance.random() < 0.1 else one.name.rsplit(".", 1)[1]
    return Made(f"{number}.{suffix}", content)


def _bytes(content: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, taken out, doubled, or the rest cut off."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed) + 1)
        end = place + chance.randint(0, 6)
        kind = chance.randrange(5)
        if kind == 0:
            changed[place:end] = chance.randbytes(chance.randint(0, 4))
        elif kind in (1, 2):
            changed[place : chance.choice([place, end])] = chance.choice(MARKS)
        elif kind == 3:
            changed[place:place] = changed[place:end]
        elif chance.random() < 0.3:
            del changed[place:]
    return bytes(changed)


def _lines(content: bytes, chance: random.Random) -> bytes:
    """Lines doubled, moved, joined or emptied, and line ends changed."""
    lines = content.split(b"\n")
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(lines))
        kind = chance.randrange(5)
        if kind == 0:
            lines.insert(place, chance.choice([b"", b" ", b"# note", lines[-1], lines[0]]))
        elif kind == 1 and len(lines) > 1:
            lines[place : place + 2] = [b"".join(lines[place : place + 2])]
        elif kind == 2:
            chance.shuffle(lines)
        else:
            lines[place] += chance.choice([b",", b";", b"\r", b',"x"', b" "])
    return chance.choice([b"\n", b"\n", b"\r\n", b"\r"]).join(lines)


def _cells(content: bytes, chance: random.Random) -> bytes:
    """Cells in place of others, as they would be written or as nobody should."""
    delimiter = chance.choice([b",", b",", b";", b"\t"])
    lines = [line.split(delimiter) for line in content.split(b"\n")]
    for _ in range(chance.randint(1, 5)):
        row = chance.choice(lines)
        cell = chance.choice(CELLS)
        quoted = '"' + cell.replace('"', '""') + '"' if chance.random() < 0.5 else cell
        row[chance.randrange(len(row))] = quoted.encode()
    lines += [lines[-1]] * chance.choice([0, 0, 3, 300])
    return b"\n".join(delimiter.join(row) for row in lines)


def _encoded(content: bytes, chance: random.Random) -> bytes:
    """The same text in another encoding, or two encodings one after the other."""
    text = content.decode("utf-8", "replace")
    changed = text.encode(chance.choice(ENCODINGS), "replace")
    return changed + content if chance.random() < 0.3 else changed


def _inside(content: bytes, chance: random.Random) -> bytes:
    """An archive of the same entries, some of them damaged, renamed, doubled or missing."""
    try:
        entries = _entries(content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return _bytes(content, chance)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, inside in entries:
            kind = chance.randrange(8)
            if kind == 0:
                continue
            renamed = f"{chance.choice(['../', '/', 'x/', 'a/b/'])}{name}" if kind == 1 else name
            changed = _bytes(inside, chance) if kind in (2, 3) else inside
            with warnings.catch_warnings():
                # Two entries of one name are meant.
                warnings.simplefilter("ignore", UserWarning)
                packed.writestr(zipfile.ZipInfo(renamed), changed, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _entries(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        small = [info for info in packed.infolist()[:50] if info.file_size < 100_000]
        return [(info.filename, packed.read(info)) for info in small]
