"""Distributions and words in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from engine.data.tables.facts import several
from engine.data.tables.profiling.report import WordProfile
from jobs.cli import table_text

BARS = " ▁▂▃▄▅▆▇█"
TOP_WORDS = 15


def bars(counts: list[int]) -> str:
    """A histogram in one line; what is there at all is seen."""
    most = max([*counts, 1])
    return "".join(BARS[-(-(len(BARS) - 1) * count // most)] for count in counts)


def word_lines(words: WordProfile, noun: str = "text") -> Iterator[str]:
    """How many there are, how many a text has, and the most frequent ones."""
    yield (
        f"{words.distinct:,} different words of {words.words:,} in {several(words.texts, noun)}, "
        f"{words.once:,} of them once"
    )
    low, high = words.histogram.edges[0], words.histogram.edges[-1]
    yield f"{bars(words.histogram.counts)} {low:,.0f} to {high:,.0f} words a {noun}"
    yield ", ".join(f"{table_text.cell(e.value)} {e.count:,}" for e in words.top[:TOP_WORDS])
