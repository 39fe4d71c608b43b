"""Confidence intervals: around the metric, as wide as theory says, the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as theirs

from engine import metrics
from engine.metrics import intervals


def answers(samples: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    labels = chance.integers(0, classes, samples)
    return chance.normal(size=(samples, classes)) + 2 * np.eye(classes)[labels], labels


def found(scores: np.ndarray, labels: np.ndarray, seed: int = 1) -> dict[str, list[float]]:
    return metrics.of_classes(scores, labels, metrics.log_losses(scores, labels), seed)


@pytest.mark.parametrize("classes", [2, 5])
def test_the_metric_lies_in_its_interval(classes: int) -> None:
    scores, labels = answers(400, classes)
    ends = found(scores, labels)
    shares, predicted = metrics.probabilities(scores), scores.argmax(axis=1)
    average = "binary" if classes == 2 else "macro"
    auc = shares[:, 1] if classes == 2 else shares
    expected = {
        "loss": theirs.log_loss(labels, shares),
        "accuracy": theirs.accuracy_score(labels, predicted),
        "f1": theirs.f1_score(labels, predicted, average=average),
        "roc_auc": theirs.roc_auc_score(labels, auc, multi_class="ovr"),
    }
    assert set(ends) == set(expected)
    for name, value in expected.items():
        assert ends[name][0] < value < ends[name][1], name


def test_every_metric_of_a_resample_is_scikit_learns() -> None:
    """The same draws, measured one resample at a time."""
    scores, labels = answers(120, 3)
    scores = scores.round(1)  # with ties
    losses = metrics.log_losses(scores, labels)
    counts = np.concatenate(list(intervals._draws(120, 7)), axis=1).astype(int)
    by_hand: dict[str, list[float]] = {"loss": [], "accuracy": [], "f1": [], "roc_auc": []}
    for column in counts.T:
        rows = np.repeat(np.arange(120), column)
        y, s = labels[rows], scores[rows]
        by_hand["loss"].append(float(losses[rows].mean()))
        by_hand["accuracy"].append(float(np.mean(s.argmax(axis=1) == y)))
        by_hand["f1"].append(metrics.f1(metrics.confusion(y, s.argmax(axis=1), 3)) or 0)
        shares = metrics.probabilities(s)
        areas = [metrics.roc(*metrics.hits(y == c, shares[:, c])) for c in range(3)]
        by_hand["roc_auc"].append(float(np.mean([metrics.area(*each) for each in areas if each])))
    for name, ends in metrics.of_classes(scores, labels, losses, 7).items():
        assert ends == pytest.approx(np.percentile(by_hand[name], [2.5, 97.5]), abs=1e-5), name


def test_accuracy_is_as_uncertain_as_theory_says() -> None:
    scores, labels = answers(1000, 2)
    share = float(np.mean(scores.argmax(axis=1) == labels))
    low, high = found(scores, labels)["accuracy"]
    assert high - low == pytest.approx(2 * 1.96 * (share * (1 - share) / 1000) ** 0.5, rel=0.1)


def test_the_mean_error_is_as_uncertain_as_theory_says() -> None:
    chance = np.random.default_rng(0)
    targets = chance.normal(size=800)
    errors = chance.normal(size=800)
    low, high = metrics.of_values(targets, targets + errors, 1)["mae"]
    expected = 2 * 1.96 * np.abs(errors).std() / 800**0.5
    assert high - low == pytest.approx(expected, rel=0.1)
    r2 = metrics.of_values(targets, targets + errors, 1)["r2"]
    assert r2[0] < theirs.r2_score(targets, targets + errors) < r2[1]


def test_equal_seeds_give_equal_intervals_and_others_do_not() -> None:
    scores, labels = answers(200, 2)
    assert found(scores, labels, 5) == found(scores, labels, 5)
    assert found(scores, labels, 5) != found(scores, labels, 6)


def test_without_a_class_the_area_has_no_interval() -> None:
    scores, labels = answers(100, 3)
    assert "roc_auc" not in found(scores, np.minimum(labels, 1))
    assert metrics.of_classes(scores[:1], labels[:1], np.ones(1), 1) == {}


def test_many_samples_are_resampled_in_parts() -> None:
    scores, labels = answers(50_000, 2)
    low, high = found(scores, labels)["accuracy"]
    assert low < np.mean(scores.argmax(axis=1) == labels) < high
    assert sum(part.shape[1] for part in intervals._draws(50_000, 1)) == 400
