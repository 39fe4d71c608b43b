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
    precision, recall = metrics.precision_and_recall(counts)
    assert precision == pytest.approx(
        theirs.precision_score(labels, predicted, average=None, zero_division=0)
    )
    assert recall == pytest.approx(theirs.recall_score(labels, predicted, average=None))


@pytest.mark.parametrize("seed", range(4))
def test_losses_and_top_k_equal_scikit_learn(seed: int) -> None:
    labels, scores = draw(seed, 10)
    shares = metrics.probabilities(scores)
    assert metrics.log_losses(scores, labels).mean() == pytest.approx(
        theirs.log_loss(labels, shares, labels=range(10))
    )
    untied = scores + np.random.default_rng(seed).random(scores.shape) * 1e-3
    assert metrics.top(untied, labels, 3) == pytest.approx(
        theirs.top_k_accuracy_score(labels, untied, k=3, labels=range(10))
    )


def test_very_high_scores_do_not_overflow() -> None:
    scores = np.array([[2000.0, 0.0], [-2000.0, 0.0]])
    assert metrics.log_losses(scores, np.array([1, 1])) == pytest.approx([2000.0, 0.0])


@pytest.mark.parametrize("seed", range(8))
def test_roc_with_ties_equals_scikit_learn(seed: int) -> None:
    labels, scores = draw(seed, 2)
    rates = metrics.roc(*metrics.hits(labels == 1, scores[:, 1]))
    assert rates is not None
    assert metrics.area(*rates) == pytest.approx(theirs.roc_auc_score(labels, scores[:, 1]))
    drawn = metrics.drawn_curve("yes", *rates)
    assert metrics.area(np.array(drawn.x), np.array(drawn.y)) == pytest.approx(
        metrics.area(*rates), abs=1e-4
    )


@pytest.mark.parametrize("seed", range(8))
def test_precision_and_recall_with_ties_equal_scikit_learn(seed: int) -> None:
    labels, scores = draw(seed, 2)
    points = metrics.precision_recall(*metrics.hits(labels == 1, scores[:, 1]))
    assert points is not None
    recall, precision = points
    assert metrics.average_precision(recall, precision) == pytest.approx(
        theirs.average_precision_score(labels, scores[:, 1])
    )
    expected_precision, expected_recall, _ = theirs.precision_recall_curve(labels, scores[:, 1])
    whole = len(recall) - 1
    # Theirs goes from recall 1 down, and may begin with more than one point of recall 1.
    assert recall[1:] == pytest.approx(expected_recall[-2 : -2 - whole : -1])
    assert precision[1:] == pytest.approx(expected_precision[-2 : -2 - whole : -1])


@pytest.mark.parametrize("seed", range(4))
def test_calibration_equals_scikit_learn(seed: int) -> None:
    from sklearn.calibration import calibration_curve

    chance = np.random.default_rng(seed)
    forecast = chance.random(400)
    happened = chance.random(400) < forecast**2
    means, shares, numbers = metrics.calibration(happened, forecast)
    expected_shares, expected_means = calibration_curve(happened, forecast, n_bins=10)
    assert means == pytest.approx(expected_means)
    assert shares == pytest.approx(expected_shares)
    assert numbers.sum() == 400
    by_hand = sum(abs(m - s) * n for m, s, n in zip(means, shares, numbers, strict=True)) / 400
    assert metrics.calibration_error(means, shares, numbers) == pytest.approx(by_hand)


def test_a_sure_and_right_forecast_is_calibrated() -> None:
    found = metrics.calibration(np.array([True, True, False]), np.array([1.0, 1.0, 0.0]))
    assert metrics.calibration_error(*found) == 0


def test_one_class_has_no_curves_and_no_f1() -> None:
    assert metrics.roc(*metrics.hits(np.ones(5, dtype=bool), np.arange(5.0))) is None
    assert metrics.precision_recall(*metrics.hits(np.zeros(5, bool), np.arange(5.0))) is None
    assert metrics.f1(np.array([[5, 0], [0, 0]])) is None


def test_a_class_that_does_not_occur_is_left_out_of_the_mean() -> None:
    labels, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    counts = metrics.confusion(labels, predicted, 3)
    assert metrics.f1(counts) == pytest.approx(theirs.f1_score(labels, predicted, average="macro"))


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    chance = np.random.default_rng(0)
    rates = metrics.roc(*metrics.hits(chance.random(5000) < 0.5, chance.random(5000)))
    assert rates is not None
    curve = metrics.drawn_curve("noise", *rates)
    assert len(curve.x) <= 200
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


@pytest.mark.parametrize("seed", range(4))
def test_regression_equals_scikit_learn(seed: int) -> None:
    chance = np.random.default_rng(seed)
    targets, predictions = chance.normal(size=50), chance.normal(size=50)
    assert metrics.everything(targets, predictions) == pytest.approx(
        {
            "mse": theirs.mean_squared_error(targets, predictions),
            "rmse": theirs.root_mean_squared_error(targets, predictions),
            "mae": theirs.mean_absolute_error(targets, predictions),
            "r2": theirs.r2_score(targets, predictions),
            "explained_variance": theirs.explained_variance_score(targets, predictions),
            "median_error": theirs.median_absolute_error(targets, predictions),
        }
    )


def test_r2_of_equal_targets_is_left_out() -> None:
    assert set(metrics.everything(np.ones(3), np.zeros(3))) == {
        "mse",
        "rmse",
        "mae",
        "median_error",
    }
