"""What a file is, where nobody says it: a table, images, texts in folders, a corpus, pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from engine.data.folders.recognise import Held, held_by
from engine.data.tables.facts import Refused

Reading = Literal["table", "corpus", "pairs"]
"""what a person may say that a file is; the rest is plain from its content"""
RUNNING = (".txt", ".text", ".md")
"""names of files that may be one long text"""


def recognised(path: Path, file_name: str, *, chosen: bool = False) -> Held | Reading:
    """`chosen`: something was chosen that only a table has. What nobody knows is a table: its
    reader says what it is instead.
    """
    held = held_by(path, file_name)
    if held:
        return held
    if chosen or not file_name.lower().endswith(RUNNING):
        return "table"
    return "table" if _has_columns(path, file_name) else "corpus"


def _has_columns(path: Path, file_name: str) -> bool:
    """Whether a delimiter divides every line of the beginning into as many cells. What cannot be
    read at all is told by the reader of tables.
    """
    # With PyArrow, which takes 0.2 s and most commands do without.
    from engine.data.tables.delimited import sample
    from engine.data.tables.detect import divides
    from engine.data.tables.encoding import detect
    from engine.data.tables.magic import recognise

    try:
        if recognise(path, file_name) != "csv":
            return True
        encoding, _ = detect(path)
        text, whole = sample(path, encoding)
    except Refused:
        return True
    return divides(text, whole, file_name)
