"""Samples before and after augmentation, as the form's helper tells of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.config import RunConfig
from engine.data import (
    BreastCancer,
    Cifar10,
    DigitRows,
    Digits,
    Iris,
    KarateClub,
    SmsSpam,
    Tweets,
    Weather,
)
from engine.data.augmentation import Augmentation, SeriesAugmentation, TableAugmentation
from engine.data.source import Source
from engine.data.texts import TextSource
from engine.data.tokens import BytePairs, Characters, WordPieces, Words
from engine.data.tokens.bags import BagOfWords
from engine.inspect import answer
from engine.outlook.preview import preview
from engine.outlook.shown import ImagePreview, RowPreview, SeriesPreview, TextPreview
from engine.problem import SettingsError


def asked(config: RunConfig) -> dict[str, object]:
    """What the helper says to the form."""
    return answer(json.dumps({"preview": config.to_dict()}))


SHOWN = 8


def images(augmentation: Augmentation, seed: int = 0) -> ImagePreview:
    found = preview(Digits(augmentation=augmentation), seed)
    assert isinstance(found, ImagePreview)
    return found


@pytest.mark.parametrize("mixup", [0.0, 1.0])
def test_real_images_and_what_a_step_would_see(mixup: float) -> None:
    augmentation = Augmentation(shift=1, mixup=mixup)
    found = images(augmentation)
    before, after = np.array(found.before), np.array(found.after)
    assert before.shape == after.shape == (SHOWN, 8, 8, 1)
    assert before.max() == 255
    assert before.min() == after.min() == 0
    assert (before != after).any(axis=(1, 2, 3)).sum() >= SHOWN - 2
    assert len(set(found.classes)) > 2
    assert found == images(augmentation)
    assert found.after != images(augmentation, seed=1).after


def test_without_augmentation_they_stay_as_they_are() -> None:
    found = images(Augmentation())
    assert found.after == found.before


def test_the_helper_answers_with_what_the_form_shows() -> None:
    shown = asked(RunConfig())["preview"]
    assert isinstance(shown, dict)
    assert {len(shown[name]) for name in ("classes", "before", "after")} == {SHOWN}
    assert asked(RunConfig(data=KarateClub())) == {"preview": None}
    wrong = asked(RunConfig(data=Digits(augmentation=Augmentation(shift=9))))
    assert "whole of an image of 8x8" in str(wrong["problems"])


@pytest.mark.parametrize("data", [Cifar10(), SmsSpam()], ids=lambda data: data.kind)
def test_a_form_downloads_nothing(
    data: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path))
    monkeypatch.delenv("TRAINYARD_DATA", raising=False)
    with pytest.raises(SettingsError, match="is not on this machine yet"):
        preview(data, seed=0)


def test_rows_are_shown_on_their_original_scale() -> None:
    found = preview(Iris(augmentation=TableAugmentation(noise=0.2, dropout=0.2)), seed=0)
    assert isinstance(found, RowPreview)
    assert found.names == list(Iris.feature_names)
    before, after = np.array(found.before), np.array(found.after)
    assert before.shape == after.shape == (5, 4)
    known = Iris().load().inputs
    for row in before:
        assert np.abs(known - row).max(axis=1).min() < 1e-5
    assert 0 < np.abs(after - before).max() < 6


def test_of_many_columns_the_first_are_shown() -> None:
    found = preview(BreastCancer(augmentation=TableAugmentation(noise=0.2)), seed=0)
    assert isinstance(found, RowPreview)
    assert found.names == list(BreastCancer.feature_names[:8])


@pytest.mark.parametrize(
    ("data", "name", "places"),
    [
        (Weather(augmentation=SeriesAugmentation(noise=0.1, shift=4)), "temp", 48),
        (DigitRows(augmentation=SeriesAugmentation(scale=0.4)), "feature ", 8),
    ],
    ids=["weather", "digits"],
)
def test_series_are_shown_on_their_original_scale(data: Source, name: str, places: int) -> None:
    found = preview(data, seed=0)
    assert isinstance(found, SeriesPreview)
    assert found.name.startswith(name)
    before, after = np.array(found.before), np.array(found.after)
    assert before.shape == after.shape == (4, places)
    assert (before != after).any(axis=1).sum() >= 3
    if name == "temp":
        assert -20 < before.min() < before.max() < 40


@pytest.mark.parametrize("tokens", [Words(), WordPieces(), Characters(), BytePairs()])
def test_texts_are_shown_as_they_are_read(tokens: Words) -> None:
    found = texts(Tweets(tokens=tokens, token_dropout=0.3, token_swap=0.2))
    assert len(found.before) == 4
    known = {_bare(text) for text in Tweets().load().texts}
    for before, after in zip(found.before, found.after, strict=True):
        assert len(before) == len(after) <= 40
        assert before != after
        written = _bare("".join(before))
        if "unknown" not in written and "http" not in written:
            assert any(text.startswith(written) for text in known)


def test_of_word_counts_those_left_out_are_empty() -> None:
    found = texts(Tweets(tokens=BagOfWords(), token_dropout=0.3))
    pairs = [
        (old, new)
        for before, after in zip(found.before, found.after, strict=True)
        for old, new in zip(before, after, strict=True)
    ]
    assert all(new in ("", old) for old, new in pairs)
    assert {new == "" for _, new in pairs} == {True, False}


def texts(data: TextSource) -> TextPreview:
    found = preview(data, seed=0)
    assert isinstance(found, TextPreview)
    assert set(found.classes) <= {"Android", "iPhone"}
    return found


def _bare(text: str) -> str:
    """Letters alone, small: spaces are what readings differ in."""
    return "".join(letter for letter in text.lower() if letter.isascii() and letter.isalnum())
