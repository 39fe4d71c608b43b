"""What is known of a corpus, and of pairs of lines."""

from __future__ import annotations

from typing import Literal

from engine.data.tables.profiling.report import Lengths, WordProfile
from engine.spec import Spec

CORPUS = "corpus.txt"
PAIRS = "pairs.parquet"


class Written(Spec):
    """Lines, measured."""

    name: str
    """of the file or column they stood in"""
    encoding: str
    lines: int
    characters: int
    """without the line ends"""
    empty: int
    """lines with nothing but spaces"""
    duplicates: int
    """lines equal to an earlier one; empty ones are not counted"""
    lengths: Lengths
    words: WordProfile


class CorpusFacts(Spec):
    """One long text."""

    format: Literal["corpus"] = "corpus"
    characters: int
    """with the line ends: what a model reads"""
    letters: int
    """different characters"""
    text: Written
    notes: list[str] = []
    """what was guessed or converted"""


class PairFacts(Spec):
    """Lines and what they are to become. Only pairs without an empty side are kept."""

    format: Literal["pairs"] = "pairs"
    pairs: int
    duplicates: int
    """pairs equal to an earlier one"""
    left_out: int
    """pairs that are not kept, because a side is empty"""
    source: Written
    target: Written
    notes: list[str] = []
