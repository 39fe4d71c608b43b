"""Texts and what they are to become: limit, split, tokens, and the target shifted by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.data.divide import divide, drawn
from engine.data.prepared import Part, Prepared
from engine.data.raw import Labels, Pairs
from engine.losses import IGNORED

if TYPE_CHECKING:
    from engine.data.pairs import PairSource
    from engine.data.tokens import Vocabulary


def prepare_pairs(data: PairSource, pairs: Pairs, known: Vocabulary | None) -> Prepared:
    """Divides the pairs, learns the tokens of the training part and encodes every part.

    A `known` vocabulary, of a pretrained model, is used on both sides.
    """
    rows = drawn(len(pairs.sources), data.limit, data.split.seed)
    places = {name: rows[chosen] for name, chosen in divide(data.split, len(rows)).items()}
    sources = [data.prefix + text for text in pairs.sources]
    train = places["train"].tolist()
    read = known or data.source_tokens().learn(sources[row] for row in train)
    write = known or data.target_tokens().learn(pairs.targets[row] for row in train)
    parts = {}
    for name, chosen in places.items():
        before = [sources[row] for row in chosen.tolist()]
        after = [pairs.targets[row] for row in chosen.tolist()]
        inputs = encoded(before, read, data.length)
        targets = encoded(after, write, data.target_length)
        parts[name] = Part(
            inputs=(inputs, shifted(targets, write)),
            targets=np.where(targets == write.padding, IGNORED, targets),
            places=chosen,
            texts=before,
        )
    card = replace(data.card, samples=len(rows), vocabulary=read.size, target_vocabulary=write.size)
    return Prepared(card=card, parts=parts, vocabulary=read, target_vocabulary=write)


def encoded(texts: Sequence[str], vocabulary: Vocabulary, length: int) -> Labels:
    """Numbers `(texts, length)`: each text and the end, cut or filled up with padding."""
    found = np.full((len(texts), length), vocabulary.padding, dtype=np.int64)
    for row, text in zip(found, texts, strict=True):
        numbers = [*vocabulary.encode(text), vocabulary.end][:length]
        row[: len(numbers)] = numbers
    return found


def shifted(targets: Labels, vocabulary: Vocabulary) -> Labels:
    """What the model has written before each target `(texts, length)`: the start comes first."""
    start = np.full((len(targets), 1), vocabulary.start, dtype=np.int64)
    return np.concatenate([start, targets[:, :-1]], axis=1)
