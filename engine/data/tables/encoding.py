"""The bytes of a text file as UTF-8, block by block; what cannot be decoded is refused by place."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.data.tables.facts import Refused

BLOCK_BYTES = 8 << 20
MARKS = [
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
]
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
CHOOSE = "Save it again as UTF-8, or choose the encoding it was written in."

Heard = Callable[[float], None]


def blocks(path: Path) -> Iterator[bytes]:
    """The file in pieces."""
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def detect(path: Path) -> tuple[str, str]:
    """The encoding of the whole file, and a note where it is a guess."""
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, name in MARKS:
        if start.startswith(mark):
            return name, ""
    if wide := without_mark(start):
        return wide, f"The encoding {wide} is a guess: every other byte is zero."
    # A text that says nothing about itself is UTF-8 if all of it is.
    try:
        for _ in decoded(path, "utf-8"):
            pass
    except BadText as error:
        return "windows-1252", windows(path, error)
    return "utf-8", ""


def without_mark(start: bytes) -> str:
    """UTF-16 without a byte order mark: mostly Latin letters, each with a zero beside it."""
    half = len(start) // 2
    even, odd = start[0 : 2 * half : 2].count(0), start[1 : 2 * half : 2].count(0)
    if half >= 2 and odd > 0.4 * half and even == 0:
        return "utf-16-le"
    if half >= 2 and even > 0.4 * half and odd == 0:
        return "utf-16-be"
    return ""


def windows(path: Path, error: BadText) -> str:
    """The note of a file taken for Windows-1252; refused where it is not that either."""
    for block in blocks(path):
        if UNDEFINED.search(block):
            raise Refused(f"{error} It is not Windows-1252 either. {CHOOSE}", error.line) from error
        if MULTIBYTE.search(block):
            raise Refused(
                f"{error} Elsewhere it is UTF-8, so two encodings are mixed. {CHOOSE}", error.line
            ) from error
    return (
        "The encoding Windows-1252 is a guess: the file is not UTF-8 "
        f"(line {error.line} has the first byte that is not). Look at names with accents."
    )


class BadText(Refused):
    """Bytes that the encoding does not allow."""


def decoded(path: Path, encoding: str, heard: Heard | None = None) -> Iterator[bytes]:
    """The text as UTF-8 without a mark; NUL characters and invalid bytes are refused."""
    decoder = known(encoding)
    unchanged = codecs.lookup(encoding).name in ("utf-8", "ascii")
    size, offset, line, first = max(path.stat().st_size, 1), 0, 1, True
    for block in with_end(path):
        pending = decoder.getstate()[0]
        if unchanged and not pending and block.isascii():
            out = block
        else:
            try:
                out = decoder.decode(block, final=not block).encode("utf-8")
            except UnicodeError as error:
                raise invalid(error, encoding, offset - len(pending), line) from error
        if first and out:
            out, first = out.removeprefix(b"\xef\xbb\xbf"), False
        refuse_nul(out, line)
        offset += len(block)
        line += ends(out)
        if heard is not None:
            heard(offset / size)
        if out:
            yield out


def known(encoding: str) -> codecs.IncrementalDecoder:
    """The decoder of an encoding that Python knows; not of its other transformations."""
    try:
        "".encode(encoding)
        return codecs.getincrementaldecoder(encoding)("strict")
    except (LookupError, ValueError) as error:
        raise Refused(
            f"There is no encoding {encoding!r}. Known are utf-8, utf-16, windows-1252, latin-1, "
            "shift_jis, gb18030 and all others that Python names."
        ) from error


def invalid(error: UnicodeError, encoding: str, offset: int, line: int) -> BadText:
    """The sentence about a byte: where it is, in the file and in its lines."""
    if not isinstance(error, UnicodeDecodeError):
        return BadText(f"The file is not {encoding} ({error}). {CHOOSE}", line)
    before = bytes(error.object[: error.start]).decode(encoding, "ignore").encode("utf-8", "ignore")
    line += ends(before)
    byte = error.object[error.start]
    return BadText(
        f"Byte {offset + error.start:,} (0x{byte:02x}, in line {line}) is not valid {encoding}. "
        f"{CHOOSE}",
        line,
    )


def refuse_nul(text: bytes, line: int) -> None:
    """A NUL is damage, or a binary file; readers in C may end a cell there."""
    place = text.find(b"\0")
    if place >= 0:
        line += ends(text[:place])
        raise Refused(
            f"Line {line} holds a NUL character, which no text has. The file is damaged or is no "
            "text table: export it again.",
            line,
        )


def with_end(path: Path) -> Iterator[bytes]:
    """The pieces, then an empty one: the decoder must hear that nothing follows."""
    yield from blocks(path)
    yield b""


def ends(text: bytes) -> int:
    """Line ends; old Macs wrote only carriage returns."""
    return text.count(b"\n") or text.count(b"\r")
