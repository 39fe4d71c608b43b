"""The words of texts: how many different ones there are, which come often, how many come once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow.compute as pc

from engine.data.tables.profiling.report import Common, WordProfile
from engine.data.tables.profiling.spread import histogram, word_counts
from engine.data.tokens.words import WordSplitter

TOP_WORDS = 30
MOST_WORDS = 1_000_000
"""different ones that are held in memory, 100 MB of them"""
SPLIT = WordSplitter("words", lower_case=True, same_digits=False)
"""as `data.tokens=words` reads a text by default"""

Texts = Callable[[], Iterator[Any]]
"""arrays of texts, none of them missing; the same ones at every call"""


def word_profile(texts: Texts) -> WordProfile | None:
    """None where there is no text at all."""
    ends = [(values.min(), values.max()) for values in word_counts(texts) if len(values)]
    if not ends:
        return None
    found = _counted(texts())
    low, high = min(each[0] for each in ends), max(each[1] for each in ends)
    ranked = sorted(found.counts.items(), key=lambda each: (-each[1], each[0]))
    return WordProfile(
        texts=found.texts,
        words=sum(found.counts.values()),
        distinct=len(found.counts),
        once=sum(count == 1 for count in found.counts.values()),
        top=[Common(value=word, count=count) for word, count in ranked[:TOP_WORDS]],
        histogram=histogram(word_counts(texts), float(low), float(high)),
    )


@dataclass
class _Counted:
    counts: Counter[str] = field(default_factory=Counter)
    texts: int = 0


def _counted(batches: Iterator[Any]) -> _Counted:
    """Whatever stands between spaces is split into words once, however often it comes."""
    found = _Counted()
    for texts in batches:
        pieces = pc.list_flatten(pc.utf8_split_whitespace(texts))
        for pair in pc.value_counts(pieces).to_pylist():
            for word in SPLIT(pair["values"]):
                if any(letter.isalnum() for letter in word):
                    found.counts[word] += pair["counts"]
        found.texts += len(texts)
        if len(found.counts) > MOST_WORDS:
            break
    return found
