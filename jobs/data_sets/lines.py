"""The first lines of a corpus or of pairs, as a page or a terminal shows them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from engine.data.lines import CorpusFacts, PairFacts
from engine.data.lines.facts import CORPUS, PAIRS

MOST_LETTERS = 2_000
"""of a line; a text may be one single line"""


def first_lines(folder: Path, facts: CorpusFacts | PairFacts, number: int) -> list[list[str]]:
    """Of a corpus one text a line, of pairs two."""
    if isinstance(facts, PairFacts):
        return _pairs(folder, number)
    with (folder / CORPUS).open(encoding="utf-8", newline="\n") as file:
        lines = iter(lambda: file.readline(MOST_LETTERS), "")
        return [[line.rstrip("\n")] for line in islice(lines, number)]


def _pairs(folder: Path, number: int) -> list[list[str]]:
    # PyArrow takes 0.2 s, and most commands do without.
    import pyarrow.parquet as pq

    with pq.ParquetFile(folder / PAIRS, pre_buffer=False) as file:
        batch = next(file.iter_batches(max(number, 1)))
    rows = zip(*(column.slice(0, number).to_pylist() for column in batch.columns), strict=True)
    return [[cell[:MOST_LETTERS] for cell in row] for row in rows]
