"""Our metrics against scikit-learn's, on random answers with ties and missing classes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as theirs

from engine import metrics


def draw(seed: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    labels = chance.integers(0, classes, 60)
    scores = chance.random((60, classes)).round(1) + np.eye(classes)[labels] * 0.3
    return labels, scores


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_classification_equals_scikit_learn(seed: int, classes: int) -> None:
    labels, scores = draw(seed, classes)
    predicted = scores.argmax(axis=1)
    counts = metrics.confusion(labels, predicted, classes)
    assert counts.tolist() == theirs.confusion_matrix(labels, predicted).tolist()
    assert metrics.accuracy(counts) == pytest.approx(theirs.accuracy_score(labels, predicted))
    average = "binary" if classes == 2 else "macro"
    assert metrics.f1(counts) == pytest.approx(theirs.f1_score(labels, predicted, average=average))


@pytest.mark.parametrize("seed", range(8))
def test_roc_with_ties_equals_scikit_learn(seed: int) -> None:
    labels, scores = draw(seed, 2)
    rates = metrics.roc(labels == 1, scores[:, 1])
    assert rates is not None
    assert metrics.area(*rates) == pytest.approx(theirs.roc_auc_score(labels, scores[:, 1]))
    drawn = metrics.drawn_curve("yes", *rates)
    assert metrics.area(np.array(drawn.x), np.array(drawn.y)) == pytest.approx(
        metrics.area(*rates), abs=1e-4
    )


def test_one_class_has_no_roc_and_no_f1() -> None:
    assert metrics.roc(np.ones(5, dtype=bool), np.arange(5.0)) is None
    assert metrics.f1(np.array([[5, 0], [0, 0]])) is None


def test_a_class_that_does_not_occur_is_left_out_of_the_mean() -> None:
    labels, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    counts = metrics.confusion(labels, predicted, 3)
    assert metrics.f1(counts) == pytest.approx(theirs.f1_score(labels, predicted, average="macro"))


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    chance = np.random.default_rng(0)
    rates = metrics.roc(chance.random(5000) < 0.5, chance.random(5000))
    assert rates is not None
    curve = metrics.drawn_curve("noise", *rates)
    assert len(curve.x) <= 200
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


@pytest.mark.parametrize("seed", range(4))
def test_regression_equals_scikit_learn(seed: int) -> None:
    chance = np.random.default_rng(seed)
    targets, predictions = chance.normal(size=50), chance.normal(size=50)
    found = metrics.regression(targets, predictions)
    assert found == pytest.approx(
        {
            "mse": theirs.mean_squared_error(targets, predictions),
            "mae": theirs.mean_absolute_error(targets, predictions),
            "r2": theirs.r2_score(targets, predictions),
        }
    )


def test_r2_of_equal_targets_is_left_out() -> None:
    assert "r2" not in metrics.regression(np.ones(3), np.zeros(3))
