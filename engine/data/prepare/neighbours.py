"""Texts to pairs of a word and one beside it, drawn as word2vec draws them.

Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their Compositionality".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.data.divide import divide, drawn
from engine.data.prepared import Part, Prepared
from engine.data.raw import Floats, Labels, Texts
from engine.data.shuffle import Purpose, mix
from engine.problem import Problem, SettingsError

if TYPE_CHECKING:
    from engine.data.neighbours import NeighbourSource
    from engine.data.tokens import Vocabulary

Shares = NDArray[np.float64]


def prepare_neighbours(
    data: NeighbourSource, raw: Texts, vocabulary: Vocabulary | None
) -> Prepared:
    """Pairs of each part int64 `(pairs, 2)`; shared, the odds of wrong neighbours, summed up.

    Which words and neighbours are drawn is decided once, by the split's seed.

    Raises:
        SettingsError: the training part has no two words beside each other that recur.
    """
    rows = drawn(len(raw.texts), data.limit, data.split.seed)
    places = {name: rows[some] for name, some in divide(data.split, len(rows)).items()}
    known = vocabulary or data.tokens.learn([raw.texts[row] for row in places["train"]])
    read = {name: _read(raw, some, known) for name, some in places.items()}
    if not len(read["train"][0]):
        raise SettingsError([Problem("data.limit", _too_few(data, len(rows)))])
    counts = np.bincount(read["train"][0], minlength=known.size)
    kept = kept_share(counts / counts.sum(), data.subsampling)
    noise = _noise(counts, data.noise_power)
    parts = {
        name: _part(data, number, *words, kept, noise)
        for number, (name, words) in enumerate(read.items())
    }
    if not len(parts["train"]):
        raise SettingsError([Problem("data.limit", _too_few(data, len(rows)))])
    card = replace(data.card, vocabulary=known.size, samples=sum(map(len, parts.values())))
    return Prepared(card=card, parts=parts, vocabulary=known)


def _too_few(data: NeighbourSource, texts: int) -> str:
    return (
        f"in {texts:,} texts no words beside each other occur {data.tokens.least} times; "
        "use more texts, or a lower data.tokens.least"
    )


def kept_share(shares: Shares, threshold: float) -> Shares:
    """How often a word that is such a share of all words is used (word2vec.c's formula)."""
    if threshold >= 1:
        return np.ones_like(shares)
    ratio = threshold / np.maximum(shares, 1e-12)
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


def _read(raw: Texts, rows: Labels, vocabulary: Vocabulary) -> tuple[Labels, Labels]:
    """All known words of the texts in order, and the row of the text each stands in."""
    wordless = np.array([not _is_word(vocabulary.piece(n)) for n in range(vocabulary.size)])
    words, places = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for row in rows:
        found = np.asarray(vocabulary.encode(raw.texts[row]), dtype=np.int64)
        found = found[~wordless[found]]
        words.append(found)
        places.append(np.full(len(found), row))
    return np.concatenate(words), np.concatenate(places)


def _is_word(piece: str) -> bool:
    """Whether it is neither a sign nor one of our marks."""
    return any(sign.isalnum() for sign in piece) and not piece.startswith("[")


def _part(
    data: NeighbourSource, number: int, words: Labels, rows: Labels, kept: Shares, noise: Floats
) -> Part:
    """The pairs of one part, those of a distance together; `number` is the part's."""
    seed = data.split.seed
    used = _uniform(len(words), seed, 2 * number) < kept[words]
    words, rows = words[used], rows[used]
    reach = 1 + (_uniform(len(words), seed, 2 * number + 1) * data.window).astype(np.int64)
    pairs, places = [np.empty((0, 2), dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for distance in range(1, data.window + 1):
        left, right = np.arange(len(words) - distance), np.arange(distance, len(words))
        together = rows[left] == rows[right]
        for word, neighbour in ((left, right), (right, left)):
            near = together & (reach[word] >= distance)
            pairs.append(np.stack([words[word[near]], words[neighbour[near]]], axis=1))
            places.append(rows[word[near]])
    found = np.concatenate(pairs)
    targets = np.zeros(len(found), dtype=np.int64)
    return Part((found,), targets, np.concatenate(places), shared=(noise,))


def _noise(counts: Labels, power: float) -> Floats:
    """Cumulative odds float32 `(vocabulary,)` of each word to be drawn as a wrong neighbour."""
    odds = np.where(counts > 0, counts.astype(np.float64) ** power, 0.0)
    return np.asarray(np.cumsum(odds) / odds.sum(), dtype=np.float32)


def _uniform(count: int, seed: int, place: int) -> Shares:
    """Numbers from 0 to below 1 `(count,)`: raw PCG64, whose stream NumPy promises to keep."""
    raw = np.random.PCG64(mix(seed, Purpose.NEIGHBOURS, place)).random_raw(count)
    return np.asarray(raw >> np.uint64(11), dtype=np.float64) * 2.0**-53
