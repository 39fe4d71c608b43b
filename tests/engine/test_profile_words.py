"""The words of a column of texts, against Python's own counting."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from engine.data.tables.profile import ColumnProfile, profile
from engine.data.tables.profiling import words as module
from engine.data.tokens import Words
from tests.engine.stored_tables import store

WORDS = ("Dog", "dog", "don't", "caf\u00e9", "\u0416\u0443\u043a", "x1", "http://a.b/c", "...")


def prose(rows: int = 4_000) -> list[str | None]:
    """Texts of 0 to 11 words, with signs between them, and gaps."""
    chance = random.Random(5)
    joints = (" ", ", ", "\n", " \u2014 ", "  ")
    texts: list[str | None] = [
        chance.choice(joints).join(chance.choices(WORDS, k=chance.randint(0, 11)))
        for _ in range(rows)
    ]
    return [*texts, None, "only once", " ", "", "\u00bfQu\u00e9?"]


def column(folder: Path, texts: list[str | None]) -> ColumnProfile:
    stored = store(folder, {"said": texts, "n": list(range(len(texts)))})
    return profile(stored).columns[0]


def test_words_are_counted_as_a_training_reads_them(tmp_path: Path) -> None:
    texts = prose()
    found = column(tmp_path / "t", texts).words
    assert found is not None
    there = [text for text in texts if text is not None]
    vocabulary = Words().learn(there)
    pieces = [vocabulary.piece(n) for text in there for n in vocabulary.encode(text)]
    counts = Counter(piece for piece in pieces if re.search(r"\w", piece))
    assert found.texts == len(there)
    assert (found.words, found.distinct) == (counts.total(), len(counts))
    assert found.once == sum(count == 1 for count in counts.values()) == 3
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    assert [(each.value, each.count) for each in found.top] == ranked
    assert found.top[0].value == "dog"


def test_the_histogram_is_of_words_a_text(tmp_path: Path) -> None:
    texts = ["a b c"] * 3 + ["a b c d e f g"] * 2
    found = column(tmp_path / "t", list(texts)).words
    assert found is not None
    assert (found.histogram.edges[0], found.histogram.edges[-1]) == (3, 7)
    assert (found.histogram.counts[0], found.histogram.counts[-1]) == (3, 2)
    assert sum(found.histogram.counts) == 5


@pytest.mark.parametrize("texts", [["red", "green", None] * 9, ["a b", "b a"] * 9, ["", " "] * 9])
def test_names_and_categories_have_no_words_to_count(
    texts: list[str | None], tmp_path: Path
) -> None:
    assert column(tmp_path / "t", texts).words is None


def test_beyond_the_limit_the_first_texts_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WORDS", 500)
    texts: list[str | None] = [f"w{3 * n} w{3 * n + 1} w{3 * n + 2} end" for n in range(200_000)]
    found = column(tmp_path / "t", texts).words
    assert found is not None
    assert 500 < found.distinct < 600_001
    assert 0 < found.texts < 200_000
    assert found.top[0].value == "end"
    assert found.top[0].count == found.texts
