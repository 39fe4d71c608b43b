"""Images before and after augmentation, as the form's helper tells of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.config import RunConfig
from engine.data import Cifar10, Digits, Iris
from engine.data.augmentation import Augmentation
from engine.data.images import Images
from engine.inspect import answer
from engine.outlook.preview import SHOWN, preview
from engine.problem import SettingsError


def asked(config: RunConfig) -> dict[str, object]:
    """What the helper says to the form."""
    return answer(json.dumps({"preview": config.to_dict()}))


@pytest.mark.parametrize("mixup", [0.0, 1.0])
def test_real_images_and_what_a_step_would_see(mixup: float) -> None:
    augmentation = Augmentation(shift=1, mixup=mixup)
    found = preview(Digits(augmentation=augmentation), seed=0)
    before, after = np.array(found.before), np.array(found.after)
    assert before.shape == after.shape == (SHOWN, 8, 8, 1)
    assert before.max() == 255
    assert before.min() == after.min() == 0
    assert (before != after).any(axis=(1, 2, 3)).sum() >= SHOWN - 2
    assert len(set(found.classes)) > 2
    assert found == preview(Digits(augmentation=augmentation), seed=0)
    assert found.after != preview(Digits(augmentation=augmentation), seed=1).after


def test_without_augmentation_they_stay_as_they_are() -> None:
    found = preview(Digits(), seed=0)
    assert found.after == found.before


def test_the_helper_answers_with_what_the_form_shows() -> None:
    shown = asked(RunConfig())["preview"]
    assert isinstance(shown, dict)
    assert {len(shown[name]) for name in ("classes", "before", "after")} == {SHOWN}
    assert asked(RunConfig(data=Iris())) == {"preview": None}
    wrong = asked(RunConfig(data=Digits(augmentation=Augmentation(shift=9))))
    assert "whole of an image of 8x8" in str(wrong["problems"])


def test_a_form_downloads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path))
    data: Images = Cifar10()
    with pytest.raises(SettingsError, match="is not on this machine yet"):
        preview(data, seed=0)
