"""The presets learn: real data, bars with a reference on the same split."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score

from engine.data.prepared import Part
from engine.presets import PRESETS
from engine.settings.command import override
from engine.train import train
from tests.engine.small import evaluations

SAME = ["hardware.device=cpu", "hardware.threads=1"]


def scores(name: str, *words: str) -> dict[str, float]:
    """The test part's metrics of a preset."""
    found = evaluations(train(override(PRESETS[name], [*SAME, *words])))
    return next(metrics for (split, _), metrics in found.items() if split == "test")


def reference(name: str) -> dict[str, Part]:
    """The same parts, for scikit-learn."""
    return PRESETS[name].data.prepare().parts


def test_logistic_regression_is_within_half_a_point_of_scikit_learn() -> None:
    parts = reference("breast_cancer_logistic")
    theirs = LogisticRegression(max_iter=1000).fit(parts["train"].inputs[0], parts["train"].targets)
    expected = theirs.score(parts["test"].inputs[0], parts["test"].targets)
    assert scores("breast_cancer_logistic")["accuracy"] == pytest.approx(expected, abs=0.005)


def test_linear_regression_equals_the_closed_form_to_3_decimals() -> None:
    parts = reference("diabetes_linear")
    theirs = LinearRegression().fit(
        parts["train"].inputs[0].astype(np.float64), parts["train"].targets
    )
    predicted = theirs.predict(parts["test"].inputs[0].astype(np.float64))
    expected = r2_score(parts["test"].targets, predicted)
    assert scores("diabetes_linear")["r2"] == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("name", "metric", "bar"),
    [("iris_mlp", "accuracy", 0.9), ("digits_mlp", "accuracy", 0.96), ("diabetes_mlp", "r2", 0.4)],
)
def test_presets_reach_their_bar(name: str, metric: str, bar: float) -> None:
    assert scores(name)[metric] >= bar


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_logistic_regression_equals_scikit_learn_on_other_splits(seed: int) -> None:
    """Weight decay pulls at the bias too, so theirs gets it as one more penalised weight."""
    data = PRESETS["breast_cancer_logistic"].data
    split = data.split.model_copy(update={"seed": seed})
    parts = data.model_copy(update={"split": split}).prepare().parts
    theirs = LogisticRegression(max_iter=10_000, fit_intercept=False)
    theirs.fit(_with_ones(parts["train"]), parts["train"].targets)
    expected = theirs.score(_with_ones(parts["test"]), parts["test"].targets)
    found = scores("breast_cancer_logistic", f"data.split.seed={seed}")["accuracy"]
    assert found == pytest.approx(expected, abs=0.005)


def _with_ones(part: Part) -> np.ndarray:
    return np.column_stack([part.inputs[0], np.ones(len(part), dtype=np.float32)])
