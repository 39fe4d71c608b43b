"""Texts to classify: what is read, what is learned from the training part, and word counts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from engine.config import RunConfig
from engine.data.split import Split
from engine.data.texts import FoodReviews, Languages, SmsSpam, TextSource, Tweets
from engine.data.tokens import PADDING, UNKNOWN, Characters, Words
from engine.data.tokens.bags import BagOfWords, TfIdf
from engine.data.tokens.words import WordSplitter
from engine.events import Evaluation
from engine.problem import SettingsError
from engine.settings.command import override
from engine.train import train
from tests.conftest import TEST_DATA

ALL: list[TextSource] = [Tweets(), FoodReviews(), Languages(), SmsSpam()]
TEXTS = ["a dog and a cat", "The cat sat", "dog dog dog eats", "nothing else"]


def needs(data: TextSource) -> None:
    """Skips where the data are not on this machine."""
    if isinstance(data, SmsSpam) and not (TEST_DATA / "sms_spam.tsv").exists():
        pytest.skip(f"sms_spam.tsv is not in {TEST_DATA} (TRAINYARD_TEST_DATA)")


@pytest.mark.parametrize("data", ALL, ids=lambda data: data.kind)
def test_the_card_says_what_the_texts_are(data: TextSource) -> None:
    needs(data)
    raw, card = data.load(), data.card
    assert len(raw.texts) == len(raw.targets) == card.samples
    assert set(raw.targets.tolist()) == set(range(len(card.classes)))
    assert all(text.strip() for text in raw.texts)
    prepared = data.prepare()
    assert prepared.samples == data.sizes()
    assert prepared.parts["test"].inputs[0].shape[1:] == card.shape
    assert prepared.vocabulary is not None
    assert prepared.card.vocabulary == prepared.vocabulary.size > 20


def test_the_labels_are_the_published_ones() -> None:
    needs(SmsSpam())
    assert np.bincount(SmsSpam().load().targets).tolist() == [4827, 747]
    assert np.bincount(Tweets().load().targets).tolist() == [3962, 4652]
    assert np.bincount(FoodReviews().load().targets).tolist() == [1742, 3258]
    assert np.bincount(Languages().load().targets).tolist() == [1923] * 6


def test_a_row_is_the_beginning_of_its_text() -> None:
    data = Tweets(length=12, limit=300)
    prepared, raw = data.prepare(), data.load()
    assert prepared.vocabulary is not None
    for part in prepared.parts.values():
        for tokens, text, place, label in zip(
            part.inputs[0], part.texts, part.places, part.targets, strict=True
        ):
            assert text == raw.texts[place]
            assert label == raw.targets[place]
            expected = prepared.vocabulary.encode(text)[:12]
            assert tokens.tolist() == expected + [PADDING] * (12 - len(expected))


def test_the_vocabulary_knows_nothing_of_the_other_parts() -> None:
    prepared = Tweets(limit=300, split=Split(seed=3)).prepare()
    train, test = prepared.parts["train"], prepared.parts["test"]
    assert not (train.inputs[0] == UNKNOWN).any()
    assert (test.inputs[0] == UNKNOWN).mean() > 0.02


def split(pairs: bool) -> object:
    """What scikit-learn is to read, so that only counting and weighing are compared."""
    words = WordSplitter("words", lower_case=True, same_digits=False)

    def analyse(text: str) -> list[str]:
        found = words(text)
        return found + ([" ".join(pair) for pair in pairwise(found)] if pairs else [])

    return analyse


def columns(words: Sequence[str], table: NDArray[np.float32]) -> dict[str, list[float]]:
    """The columns by name: the order is not compared."""
    return {word: table[:, place].round(6).tolist() for place, word in enumerate(words)}


@pytest.mark.parametrize("pairs", [False, True])
def test_counts_and_weights_are_those_of_scikit_learn(pairs: bool) -> None:
    unseen = [*TEXTS, "cat of another dog", "???", ""]
    for ours, theirs in (
        (BagOfWords(pairs=pairs), CountVectorizer(analyzer=split(pairs))),
        (TfIdf(pairs=pairs), TfidfVectorizer(analyzer=split(pairs))),
    ):
        theirs.fit(TEXTS)
        bag = ours.learn(TEXTS)
        expected = theirs.transform(unseen).toarray()
        assert columns(bag.words, bag.rows(unseen)) == columns(
            theirs.get_feature_names_out(), expected.astype(np.float32)
        )


def test_the_commonest_words_have_columns_and_the_rest_of_them_is_empty() -> None:
    bag = BagOfWords(size=8).learn(TEXTS)
    assert bag.words[:4] == ("dog", "a", "cat", "and")
    assert bag.rows(["a dog"]).shape == (1, 8)
    many = BagOfWords(size=500).learn(TEXTS)
    assert not many.rows(TEXTS)[:, len(many.words) :].any()


@pytest.mark.parametrize("tokens", ["bag_of_words", "tf_idf"])
@pytest.mark.parametrize("model", ["logistic_regression", "mlp"])
def test_models_of_numbers_learn_from_word_counts(tokens: str, model: str) -> None:
    config = override(
        RunConfig(),
        [
            *("data=tweets", "data.limit=1000", f"data.tokens={tokens}", "data.tokens.size=400"),
            *(f"model={model}", "optimizer.learning_rate=0.02", "training.epochs=5"),
            *("hardware.device=cpu", "hardware.threads=1"),
        ],
    )
    assert config.data.card.modality == "tabular"
    tested = next(e for e in train(config) if isinstance(e, Evaluation) and e.split == "test")
    assert tested.metrics["accuracy"] > 0.7
    assert all(example.text for example in tested.worst)


def test_the_test_has_texts_and_a_baseline_beside_it() -> None:
    config = override(
        RunConfig(),
        [
            *("data=tweets", "data.limit=1000", "data.length=16", "model=lstm", "model.layers=8"),
            *("model.embedding=8", "training.epochs=1", "hardware.device=cpu"),
            "hardware.threads=1",
        ],
    )
    first, tested = [e for e in train(config) if isinstance(e, Evaluation)]
    assert (first.baseline_name, first.baseline) == ("", {})
    assert tested.baseline_name == "TF-IDF + logistic regression"
    assert 0.72 < tested.baseline["accuracy"] < 0.9
    assert set(tested.baseline) == {"loss", "accuracy", "f1", "roc_auc"}
    raw = Tweets().load()
    assert len(tested.worst) > 5
    assert all(example.text == raw.texts[example.place] for example in tested.worst)


def test_a_vocabulary_is_used_where_a_model_brings_one() -> None:
    brought = Characters().learn(["abc"])
    prepared = Tweets(limit=300).prepare(brought)
    assert prepared.vocabulary is brought
    assert prepared.card.vocabulary == brought.size
    assert Words() == Tweets().tokens


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("data.tokens=syllables", "data.tokens: tokens must be one of words, characters"),
        ("data.tokens.pairs=true", "data.tokens words has no such setting, only bag_of_words and"),
        ("data.tokns.size=9", "there is no setting data.tokns.size; did you mean data.tokens"),
    ],
)
def test_a_choice_inside_a_choice_is_told_by_its_path(word: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as raised:
        override(RunConfig(), ["data=tweets", word])
    assert sentence in str(raised.value)


def test_a_choice_inside_a_choice_keeps_what_its_data_begin_with() -> None:
    config = override(RunConfig(), ["data=languages", "data.tokens.lower_case=true"])
    assert config.data == Languages(tokens=Characters(lower_case=True))
    config = override(RunConfig(), ["data=tweets", "data.tokens=tf_idf", "data.tokens.size=50"])
    assert config.data == Tweets(tokens=TfIdf(size=50))
