"""Texts as tables: which words occur how often, whatever their order. For models of numbers.

Not `Tokens`: a text becomes one row of numbers here, and no sequence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.data.tokens.vocabulary import MARKS, commonest
from engine.data.tokens.words import WordSplitter
from engine.spec import Spec


@dataclass(frozen=True)
class WordsAndPairs:
    """From a text to its words and, with `pairs`, every two that follow each other."""

    words: WordSplitter
    pairs: bool

    def __call__(self, text: str) -> list[str]:
        found = self.words(text)
        if self.pairs:
            found += [" ".join(pair) for pair in pairwise(found)]
        return found


@dataclass(frozen=True)
class Bag:
    """What was learned: a column for each word, and what a count in it weighs."""

    words: tuple[str, ...]
    split: WordsAndPairs
    width: int
    """columns of a row; those after the last word are 0"""
    weights: NDArray[np.float64] | None
    """`(words,)`: inverse document frequencies; None leaves counts as they are"""

    @cached_property
    def columns(self) -> dict[str, int]:
        """Column by word."""
        return {word: column for column, word in enumerate(self.words)}

    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 `(texts, width)`; with weights each row has length 1, or is 0."""
        table = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in enumerate(texts):
            places = [self.columns[word] for word in self.split(text) if word in self.columns]
            np.add.at(table[row], places, 1)
        if self.weights is None:
            return table
        table[:, : len(self.words)] *= self.weights.astype(np.float32)
        lengths = np.linalg.norm(table, axis=1, keepdims=True)
        table /= np.where(lengths > 0, lengths, 1)
        return table


class WordCounts(Spec):
    """What both ways to count have: which words, and a row of numbers for each text."""

    size: int = Field(
        2_000, ge=8, le=20_000, description="commonest words to count: columns of the table"
    )
    lower_case: bool = Field(True, description="read capitals as small letters")
    pairs: bool = Field(False, description="count every two words that follow each other too")

    def learn(self, texts: Sequence[str]) -> Bag:
        """The columns, from the texts to train on."""
        split = WordsAndPairs(WordSplitter("words", self.lower_case, same_digits=False), self.pairs)
        words = commonest(texts, split, self.size + len(MARKS))[len(MARKS) :]
        return Bag(words, split, self.size, self._weights(texts, words, split))

    def _weights(
        self,
        texts: Sequence[str],  # noqa: ARG002
        words: tuple[str, ...],  # noqa: ARG002
        split: WordsAndPairs,  # noqa: ARG002
    ) -> NDArray[np.float64] | None:
        return None


class BagOfWords(WordCounts):
    """How often each word occurs: a table for models of numbers. The order is lost."""

    title: ClassVar[str] = "Bag of words"
    kind: Literal["bag_of_words"] = "bag_of_words"


class TfIdf(WordCounts):
    """Word counts, the less the more texts have the word (TF-IDF). The order is lost."""

    title: ClassVar[str] = "TF-IDF"
    kind: Literal["tf_idf"] = "tf_idf"

    def _weights(
        self, texts: Sequence[str], words: tuple[str, ...], split: WordsAndPairs
    ) -> NDArray[np.float64]:
        """ln((1 + texts) / (1 + texts with the word)) + 1, as scikit-learn smooths it."""
        columns = {word: column for column, word in enumerate(words)}
        having = np.zeros(len(words))
        for present in _present(texts, columns, split):
            having[present] += 1
        return np.log((1 + len(texts)) / (1 + having)) + 1


def _present(
    texts: Sequence[str], columns: dict[str, int], split: WordsAndPairs
) -> Iterator[list[int]]:
    """The columns that each text has at all."""
    for text in texts:
        yield sorted({columns[word] for word in split(text) if word in columns})
