"""Lines, measured: how long they are, their words, what is there twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.data.lines.facts import Written
from engine.data.tables.facts import Refused
from engine.data.tables.profiling.keys import keys_of
from engine.data.tables.profiling.spread import text_lengths
from engine.data.tables.profiling.tally import Tally
from engine.data.tables.profiling.words import word_profile

BLOCK_CHARACTERS = 4 << 20
BLOCK_LINES = 1 << 16
Lines = Callable[[], Iterator[Any]]
"""arrays of lines, the same ones at every call"""


def measured(lines: Lines, name: str, encoding: str) -> Written:
    """Reads them several times, in blocks. Raises Refused where there is none."""
    lengths, words = text_lengths(lines), word_profile(lines)
    if lengths is None or words is None or not words.words:
        raise Refused(f"There is no word in {name}. Give a text of words.")
    there = empty = characters = 0
    expected = sum(len(each) for each in lines())
    with Tally(expected) as tally:
        for each in lines():
            full = pc.not_equal(pc.utf8_trim_whitespace(each), "")
            empty += len(each) - int(pc.sum(full).as_py() or 0)
            characters += int(pc.sum(pc.utf8_length(each)).as_py() or 0)
            kept = each.filter(full)
            there += len(kept)
            tally.add(keys_of(kept))
        different = sum(len(keys) for keys, _ in tally.counted())
    return Written(
        name=name,
        encoding=encoding,
        lines=expected,
        characters=characters,
        empty=empty,
        duplicates=there - different,
        lengths=lengths,
        words=words,
    )


def in_blocks(lines: Sequence[str]) -> Iterator[Any]:
    """Lines that are in memory, some at a time."""
    for first in range(0, len(lines), BLOCK_LINES):
        yield pa.array(lines[first : first + BLOCK_LINES], pa.large_string())


def lines_of(path: Path) -> Iterator[Any]:
    """The lines of a UTF-8 text in blocks; the end of the last line is none of another one."""
    rest = ""
    with path.open(encoding="utf-8", newline="\n") as file:
        while block := file.read(BLOCK_CHARACTERS):
            whole, end, rest = (rest + block).rpartition("\n")
            if end:
                yield pa.array(whole.split("\n"), pa.large_string())
    if rest:
        yield pa.array([rest], pa.large_string())
