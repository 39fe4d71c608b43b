"""The bytes of a text file in an archive as a text; how they are coded is found as for tables."""

from __future__ import annotations

from typing import NamedTuple

from engine.data.folders.archive import Damaged
from engine.data.tables.encoding import MARKS, MULTIBYTE, UNDEFINED, without_mark

MOST_CHARACTERS = 10_000_000
"""of one text, as of one cell of a table"""


class Plain(NamedTuple):
    """A text, and how it was coded; `guessed`: the bytes do not say it by themselves."""

    text: str
    encoding: str = "utf-8"
    guessed: bool = False


def plain(content: bytes, most: int = MOST_CHARACTERS) -> Plain:
    """Raises Damaged where the bytes are no text, or are more than `most` characters."""
    found = _decoded(content)
    if "\0" in found.text:
        raise Damaged("it has a zero byte, which no text has")
    if len(found.text) > most:
        raise Damaged(
            f"it has {len(found.text):,} characters, and at most {most:,} are read of one text"
        )
    return found


def _decoded(content: bytes) -> Plain:
    named = next((name for mark, name in MARKS if content.startswith(mark)), "")
    wide = "" if named else without_mark(content[:4096])
    try:
        text = content.decode(named or wide or "utf-8")
    except UnicodeDecodeError as error:
        byte = f"byte {error.start:,} (0x{content[error.start]:02x})"
        if named or wide:
            raise Damaged(f"its {byte} is not valid {named or wide}") from error
        return _windows(content, byte)
    return Plain(text, named or wide or "utf-8", guessed=bool(wide))


def _windows(content: bytes, byte: str) -> Plain:
    """Not UTF-8: Windows-1252, where it can be that."""
    if UNDEFINED.search(content) or b"\0" in content:
        raise Damaged(f"it is no text: its {byte} is neither UTF-8 nor Windows-1252")
    if MULTIBYTE.search(content):
        raise Damaged(f"two encodings are mixed: its {byte} is not UTF-8, and others are")
    return Plain(content.decode("windows-1252"), "windows-1252", guessed=True)
