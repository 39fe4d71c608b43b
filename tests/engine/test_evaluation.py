"""What an evaluation says of real runs: everything of the test, little of a validation, bounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from engine.evaluation.bounds import CELL, COLUMNS, ITEMS, ROWS, TEXT, bounded
from engine.evaluation.class_tables import class_table, confused_table
from engine.evaluation.curves import MOST, class_curves
from engine.events import Evaluation, Example, Sample, Table
from engine.train import train
from tests.engine.small import small

LARGEST_BYTES = 1_000_000


def last_of(split: str, *settings: str) -> Evaluation:
    found = [e for e in train(small(*settings)) if isinstance(e, Evaluation) and e.split == split]
    return found[-1]


def json_bytes(evaluation: Evaluation) -> int:
    return len(evaluation.model_dump_json())


def test_a_validation_has_few_metrics_and_no_intervals() -> None:
    seen = last_of("validation", "training.epochs=1")
    assert set(seen.metrics) == {"loss", "accuracy", "f1", "roc_auc"}
    assert (seen.intervals, seen.worst) == ({}, [])
    assert seen.confusion
    assert len(seen.precision_recall) == 10
    assert json_bytes(seen) < 60_000


def test_the_test_has_everything_with_intervals_around_it() -> None:
    seen = last_of("test", "training.epochs=2")
    assert set(seen.metrics) == {
        "loss",
        "accuracy",
        "f1",
        "roc_auc",
        "precision",
        "recall",
        "average_precision",
        "calibration_error",
    }
    assert set(seen.intervals) == {"loss", "accuracy", "f1", "roc_auc"}
    for name, (low, high) in seen.intervals.items():
        assert low <= seen.metrics[name] <= high, name
    (classes,) = (each for each in seen.tables if each.name == "Classes")
    assert [row[4] for row in classes.rows] == [sum(row) for row in seen.confusion]
    assert json_bytes(seen) < LARGEST_BYTES


def test_the_worst_images_are_those_of_the_data_set() -> None:
    seen = last_of("test", "training.epochs=2")
    pixels = datasets.load_digits().images
    assert [each.loss for each in seen.worst] == sorted((e.loss for e in seen.worst), reverse=True)
    for each in seen.worst:
        assert each.truth == str(datasets.load_digits().target[each.place])
        assert each.truth != each.prediction
        shown = np.array(each.pixels)[:, :, 0]
        assert shown == pytest.approx(pixels[each.place] / 16 * 255, abs=1)


def test_the_worst_rows_show_their_features_before_scaling() -> None:
    seen = last_of("test", "data=iris", "data.limit=none", "training.epochs=5")
    rows = datasets.load_iris().data
    assert seen.worst
    for each in seen.worst:
        assert list(each.features) == [
            "sepal length (cm)",
            "sepal width (cm)",
            "petal length (cm)",
            "petal width (cm)",
        ]
        assert list(each.features.values()) == pytest.approx(rows[each.place], rel=1e-5)


def test_a_regression_is_measured_on_the_original_scale() -> None:
    seen = last_of(
        "test", "data=diabetes", "data.limit=none", "model=linear_regression", "training.epochs=20"
    )
    assert set(seen.intervals) == {"mse", "rmse", "mae", "r2"}
    assert seen.intervals["mae"][0] < seen.metrics["mae"] < seen.intervals["mae"][1]
    target = datasets.load_diabetes().target
    for each in seen.worst:
        assert float(each.truth) == target[each.place]
        assert each.loss == pytest.approx(
            (float(each.truth) - float(each.prediction)) ** 2, rel=1e-3
        )
    assert list(seen.worst[0].features)[:2] == ["age", "sex"]


def test_another_loss_stands_beside_the_log_loss() -> None:
    seen = last_of("test", "loss=cross_entropy", "loss.label_smoothing=0.2", "training.epochs=1")
    assert seen.metrics["log_loss"] != pytest.approx(seen.metrics["loss"], rel=1e-3)
    assert "log_loss" in seen.intervals
    assert "loss" not in seen.intervals


def test_the_numbers_of_a_test_are_the_same_again() -> None:
    first, second = (last_of("test", "training.epochs=1") for _ in range(2))
    assert first.intervals == second.intervals


def test_many_classes_stay_readable() -> None:
    chance = np.random.default_rng(0)
    labels = np.arange(2400) % 120
    scores = chance.normal(size=(2400, 120)) + 3 * np.eye(120)[labels]
    names = tuple(f"class {i}" for i in range(120))
    areas, panels = class_curves(np.exp(scores) / np.exp(scores).sum(1)[:, None], labels, names)
    assert set(areas) == {"roc_auc", "average_precision", "calibration_error"}
    assert len(panels["roc"]) == len(panels["precision_recall"]) == MOST
    assert sum(len(curve.x) for curve in panels["roc"]) <= 400
    counts = np.zeros((120, 120), int)
    np.add.at(counts, (labels, scores.argmax(1)), 1)
    table = class_table(counts, names)
    assert [row[3] for row in table.rows] == sorted(row[3] for row in table.rows)
    confused = confused_table(counts, names)
    assert confused is not None
    assert confused.rows[0][2] == max(
        counts[i, j] for i, j in np.argwhere(~np.eye(120, dtype=bool))
    )


def test_nothing_a_task_says_is_too_large() -> None:
    long = "word " * 10_000
    huge = Evaluation(
        split="test",
        epoch=1,
        metrics={},
        samples=[Sample(prompt=long, text=long)] * 100,
        tables=[Table(name=long, columns=[long] * 50, rows=[[long, 1.0] * 25] * 5000)] * 50,
        worst=[Example(place=1, truth=long, prediction=long, loss=1.0, text=long)] * 100,
    )
    small_one = bounded(huge)
    assert len(small_one.samples) == len(small_one.tables) == len(small_one.worst) == ITEMS
    table: Any = small_one.tables[0]
    assert (len(table.rows), len(table.rows[0]), len(table.columns)) == (ROWS, COLUMNS, COLUMNS)
    assert len(table.rows[0][0]) == CELL
    assert "200 of 5,000 rows" in table.note
    assert len(small_one.samples[0].text) == TEXT
    assert bounded(small_one) == small_one
