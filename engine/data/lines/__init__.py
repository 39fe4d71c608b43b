"""People's running text: one long text to write like (a corpus), or lines and what they become.

`read_corpus` writes `corpus.txt` (UTF-8, line feeds) and `facts.json`, `read_pairs` writes
`pairs.parquet` and `facts.json`. What the words are is measured on the way and is in the facts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.data.lines.facts import CorpusFacts, PairFacts

__all__ = ["CorpusFacts", "PairFacts", "read_corpus", "read_pairs"]


def read_corpus(
    path: Path, into: Path, *, progress: Callable[[float], None] | None = None
) -> CorpusFacts:
    """Reads the text at `path` into the fresh folder `into`. Raises Refused."""
    # PyArrow takes 0.2 s, and settings that only name a corpus import this module.
    from engine.data.lines.corpus import read

    return read(path, into, progress)


def read_pairs(
    path: Path, into: Path, *, file_name: str, progress: Callable[[float], None] | None = None
) -> PairFacts:
    """Reads a zip of two texts, or a table of two columns, into the fresh folder `into`.

    Raises Refused.
    """
    from engine.data.lines.pairs import read

    return read(path, into, file_name, progress)
