"""The same few samples at every evaluation, so that one sees the answers change."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from engine.events import Evaluation, Event, Example
from engine.loop.setup import prepare
from engine.train import train
from tests.engine.small import small

TWICE = "training.epochs=2"


def watched(events: list[Event]) -> list[list[Example]]:
    """Of every validation."""
    evaluations = [each for each in events if isinstance(each, Evaluation)]
    assert not evaluations[-1].watched, "the test has its worst samples instead"
    return [each.watched for each in evaluations if each.split == "validation"]


def test_the_same_pictures_with_other_answers() -> None:
    config = small(TWICE)
    first, second = watched(list(train(config)))
    assert len(first) == 8
    for before, after in zip(first, second, strict=True):
        assert (before.place, before.truth, before.picture) == (
            after.place,
            after.truth,
            after.picture,
        )
        assert before.probability != after.probability
        assert 0 < (after.probability or 0) <= 1
    part = prepare(config).parts["validation"]
    for each in first:
        (row,) = np.flatnonzero(part.places == each.place)
        assert each.truth == str(part.targets[row])
        with Image.open(io.BytesIO(base64.b64decode(each.picture))) as image:
            pixels = np.asarray(image)
        lightest = np.unravel_index(pixels.argmax(), pixels.shape)
        assert part.inputs[0][row][0][lightest] == part.inputs[0][row].max()


def test_another_seed_watches_others() -> None:
    one, other = (watched(list(train(small(f"training.seed={s}"))))[0] for s in (0, 1))
    assert {each.place for each in one} != {each.place for each in other}


def test_numbers_are_told_on_the_original_scale_with_their_features() -> None:
    events = list(train(small("data=diabetes", "model=linear_regression", "training.epochs=1")))
    for each in watched(events)[0]:
        assert 25 <= float(each.truth) <= 346
        assert each.probability is None
        assert "bmi" in each.features
