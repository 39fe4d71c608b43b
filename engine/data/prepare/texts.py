"""Texts with a label: limit, split, tokens. What is learned, is from the training part alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from engine.data.divide import divide, drawn
from engine.data.prepared import Array, Part, Prepared
from engine.data.raw import Labels, Texts
from engine.data.tokens.bags import Bag, WordCounts

if TYPE_CHECKING:
    from engine.data.card import Card
    from engine.data.reading import Reading
    from engine.data.texts import TextSource
    from engine.data.tokens import Vocabulary


class Reader(Protocol):
    """How texts are read: a source of texts, or a table that has some."""

    @property
    def card(self) -> Card: ...
    @property
    def tokens(self) -> Reading: ...
    @property
    def length(self) -> int: ...


def prepare_texts(data: TextSource, raw: Texts, vocabulary: Vocabulary | None) -> Prepared:
    """Sequences of tokens int64 `(length,)`, or rows of word counts float32 `(size,)`."""
    rows = drawn(len(raw.texts), data.limit, data.split.seed)
    labels = raw.targets[rows]
    places = divide(data.split, len(rows), labels if data.split.stratified else None)
    return prepare_labelled(
        data, raw, {name: rows[some] for name, some in places.items()}, vocabulary
    )


def prepare_labelled(
    data: Reader, raw: Texts, chosen: dict[str, Labels], vocabulary: Vocabulary | None
) -> Prepared:
    """As above, of texts that have been divided: `chosen` are the numbers of each part's."""
    training = [raw.texts[place] for place in chosen["train"]]
    if isinstance(data.tokens, WordCounts):
        return _as_table(data, raw, chosen, data.tokens.learn(training))
    known = vocabulary or data.tokens.learn(training)
    parts = {
        name: _part(raw, some, encoded([raw.texts[place] for place in some], known, data.length))
        for name, some in chosen.items()
    }
    card = replace(data.card, vocabulary=known.size)
    return Prepared(card=card, parts=parts, vocabulary=known)


def encoded(texts: Sequence[str], vocabulary: Vocabulary, length: int) -> Labels:
    """Tokens int64 `(texts, length)`: what is longer is cut, what is shorter padded at the end."""
    found = np.full((len(texts), length), vocabulary.padding, dtype=np.int64)
    for row, text in enumerate(texts):
        tokens = vocabulary.fitted(text, length)
        found[row, : len(tokens)] = tokens
    return found


def _as_table(data: Reader, raw: Texts, chosen: dict[str, Labels], bag: Bag) -> Prepared:
    parts = {
        name: _part(raw, some, bag.rows([raw.texts[place] for place in some]))
        for name, some in chosen.items()
    }
    return Prepared(card=data.card, parts=parts, names=bag.words)


def _part(raw: Texts, places: Labels, inputs: Array) -> Part:
    texts = tuple(raw.texts[place] for place in places)
    return Part((inputs,), raw.targets[places], places, texts)
