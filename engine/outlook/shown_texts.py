"""Texts before and after augmentation as a page can show them, piece by piece."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.data.tokens import Vocabulary, WordPieces, Words
from engine.data.tokens.subwords import INSIDE
from engine.outlook.shown import Shown, TextPreview

MOST_PIECES = 40


def text_preview(shown: Shown, tokens: object) -> TextPreview | None:
    """`tokens`: how the data are read, which says where spaces stand."""
    vocabulary = shown.prepared.vocabulary
    if vocabulary is None:
        return None
    spaced = isinstance(tokens, Words | WordPieces)
    lengths = [int((row != vocabulary.padding).sum()) for row in shown.before]
    before, after = (
        [
            _pieces(row[: min(length, MOST_PIECES)].tolist(), vocabulary, spaced=spaced)
            for row, length in zip(rows, lengths, strict=True)
        ]
        for rows in (shown.before, shown.after)
    )
    return TextPreview(classes=shown.classes, before=before, after=after)


def _pieces(numbers: list[int], vocabulary: Vocabulary, *, spaced: bool) -> list[str]:
    pieces = [vocabulary.piece(number) for number in numbers]
    if not spaced:
        return pieces
    ends = [" " if not after.startswith(INSIDE) else "" for _, after in pairwise([*pieces, ""])]
    return [piece.removeprefix(INSIDE) + end for piece, end in zip(pieces, ends, strict=True)]


def count_preview(shown: Shown) -> TextPreview:
    """Of texts that are read as word counts: the words that each has, and what is left of them."""
    names = shown.prepared.names
    before, after = [], []
    for old, new in zip(shown.before, shown.after, strict=True):
        places = np.flatnonzero(old)[:MOST_PIECES].tolist()
        before.append([f"{names[place]} " for place in places])
        after.append([f"{names[place]} " if new[place] else "" for place in places])
    return TextPreview(classes=shown.classes, before=before, after=after)
