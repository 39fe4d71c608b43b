"""The baseline beside a text's test: the same parts, the same measures, never anything made up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.data.card import Card
from engine.data.prepared import Part, Prepared
from engine.data.texts import Languages, SmsSpam, Tweets
from engine.evaluation.baseline import NAME, text_baseline
from tests.conftest import TEST_DATA


def prepared(train: Sequence[tuple[str, int]], test: Sequence[tuple[str, int]]) -> Prepared:
    """Two parts of texts with labels; what models read does not matter here."""
    card = Card("classification", "text", 100, (4,), classes=("no", "yes", "perhaps"))
    parts = {}
    for name, pairs in (("train", train), ("test", test)):
        labels = np.array([label for _, label in pairs], dtype=np.int64)
        texts = tuple(text for text, _ in pairs)
        parts[name] = Part((labels[:, None],), labels, np.arange(len(pairs)), texts)
    return Prepared(card, parts)


def test_it_learns_words() -> None:
    learned = [("good fine", 1), ("bad poor", 0), ("good", 1), ("poor", 0), ("so so", 2)] * 4
    found = text_baseline(prepared(learned, [("fine", 1), ("bad", 0), ("so", 2), ("poor", 0)]))
    assert found is not None
    assert found.name == NAME
    assert found.metrics["accuracy"] == found.metrics["f1"] == 1.0
    assert 0 < found.metrics["loss"] < 1


def test_a_class_that_was_never_learned_is_never_right() -> None:
    found = text_baseline(prepared([("good", 1), ("bad", 0)] * 4, [("good", 2), ("bad", 0)]))
    assert found is not None
    assert found.metrics["accuracy"] == 0.5
    assert np.isfinite(found.metrics["loss"])


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ([("good", 1), ("bad", 0)], []),
        ([("good", 1), ("fine", 1)], [("good", 1)]),
        ([("", 1), (" ", 0)], [("good", 1)]),
        ([], [("good", 1)]),
    ],
    ids=["no test", "one class", "no words", "nothing learned"],
)
def test_without_anything_to_compare_there_is_none(
    train: list[tuple[str, int]], test: list[tuple[str, int]]
) -> None:
    assert text_baseline(prepared(train, test)) is None


def test_it_reaches_what_it_reaches_elsewhere() -> None:
    tweets = text_baseline(Tweets().prepare())
    assert tweets is not None
    assert tweets.metrics["f1"] == pytest.approx(0.87, abs=0.01)
    assert tweets.metrics["roc_auc"] == pytest.approx(0.93, abs=0.01)


def test_languages_are_told_by_their_letters() -> None:
    found = text_baseline(Languages(limit=3_000).prepare(), characters=True)
    words = text_baseline(Languages(limit=3_000).prepare())
    assert found is not None
    assert words is not None
    assert found.metrics["accuracy"] > words.metrics["accuracy"]


def test_spam_is_found() -> None:
    if not (TEST_DATA / "sms_spam.tsv").exists():
        pytest.skip(f"sms_spam.tsv is not in {TEST_DATA} (TRAINYARD_TEST_DATA)")
    found = text_baseline(SmsSpam().prepare())
    assert found is not None
    assert found.metrics["f1"] == pytest.approx(0.948, abs=0.01)
