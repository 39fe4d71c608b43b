"""A cross-validation as one run: its folds, their results, and going on after any end."""

from __future__ import annotations

import statistics
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score

from engine.config import RunConfig
from engine.data import Diabetes
from engine.events import (
    EVENT,
    Alert,
    CrossValidation,
    Evaluation,
    Started,
    Steps,
)
from engine.settings.command import override
from engine.settings.sizes import of_fold
from engine.train import train
from tests.engine.folds import FOLDS, WHOLE, of, result, scores_of, told, weights
from tests.engine.small import last, small, untimed

NO_VALIDATION = ("data.split.validation=0", "training.keep_best=false")
EARLY = ("training.early_stopping.patience=1", "training.early_stopping.min_delta=1000")


def test_a_run_of_folds_is_told_fold_by_fold() -> None:
    events = list(train(small(*WHOLE)))
    kinds = [kind for kind, _ in groupby(event.kind for event in untimed(events))]
    epochs = ["steps", "evaluation"] * 2
    fold = ["started", *epochs, "log", "evaluation", "log", "cross_validation"]
    assert kinds == [*fold * FOLDS, "finished"]
    assert [f for f, _ in groupby(event.fold for event in events)] == [1, 2, 3, 0]
    assert last(events).reason == "completed"
    assert last(events).message.startswith("all 3 folds done: accuracy ")
    for event in events:
        assert EVENT.validate_json(event.model_dump_json()) == event


def test_the_step_counts_over_the_run_and_within_each_fold() -> None:
    events = list(train(small(*WHOLE, *EARLY, "training.epochs=9")))
    steps = [event for event in events if isinstance(event, Steps)]
    ends = [(event.step - len(event.seconds), event.step) for event in steps]
    assert ends[0][0] == 0
    assert all(end == begin for (_, end), (begin, _) in pairwise(ends))
    begins = {event.fold: event.fold_begin for event in steps}
    # Each fold ends by itself, after two of nine epochs; 361 of 700 samples make 6 steps an epoch.
    assert begins == {1: 0, 2: 12, 3: 24}
    starts = [event for event in events if isinstance(event, Started)]
    assert [event.total_steps for event in starts] == [3 * 54, 12 + 2 * 54, 24 + 54]
    assert [(event.folds, event.step) for event in starts] == [(3, 0), (3, 12), (3, 24)]
    assert last(events).step == 36


@pytest.mark.parametrize(
    "words",
    [
        (),
        NO_VALIDATION,
        (*EARLY, "training.epochs=5"),
        ("training.layer_norms_every=3", "training.ema=on", "training.evaluate_steps=5"),
        (
            *("data=diabetes", "data.limit=none", "model=linear_regression", "optimizer=lbfgs"),
            *("training.clip_norm=none", "schedule.warmup_steps=0"),
        ),
        ("data=tweets", "data.limit=300", "model=lstm", "model.embedding=4", "model.layers=4"),
        ("data=movielens_small", "data.limit=2000", "model=factorisation"),
        (
            *("data=karate_club", "data.limit=none", "model=gcn", "training.batch_size=4"),
            "schedule.warmup_steps=0",
        ),
    ],
    ids=["digits", "no validation", "early", "everything", "lbfgs", "texts", "ratings", "graph"],
)
def test_a_fold_of_the_run_is_that_fold_alone_bit_for_bit(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    config = small(*WHOLE, *words)
    events = list(train(config, tmp_path / "whole"))
    for fold in range(1, FOLDS + 1):
        alone = list(train(of_fold(config, fold), tmp_path / f"alone{fold}"))
        mine = of(events, fold)
        assert told(mine, begin=mine[0].fold_begin) == told(alone)
        assert told(alone), "nothing was compared"
        assert weights(tmp_path / "whole", fold) == weights(tmp_path / f"alone{fold}", 0)


def test_means_and_sample_deviations_are_those_of_the_folds() -> None:
    events = list(train(small(*WHOLE)))
    tests = scores_of(events)
    assert sorted(tests) == [1, 2, 3]
    found = result(events)
    assert (found.done, found.folds) == (3, 3)
    for name in ("loss", "accuracy", "f1", "roc_auc"):
        values = [metrics[name] for metrics in tests.values()]
        assert found.means[name] == pytest.approx(statistics.fmean(values), rel=1e-12)
        assert found.deviations[name] == pytest.approx(statistics.stdev(values), rel=1e-12)
    first, second, _ = [event for event in events if isinstance(event, CrossValidation)]
    assert first.means == tests[1]
    assert first.deviations == {}
    losses = [tests[1]["loss"], tests[2]["loss"]]
    assert second.deviations["loss"] == pytest.approx(np.std(losses, ddof=1))


def test_the_tests_of_a_linear_model_are_those_of_scikit_learn_on_the_same_folds() -> None:
    """Least squares has one answer: ours by L-BFGS, theirs in closed form, fold by fold."""
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import PredefinedSplit, cross_validate
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    config = override(
        RunConfig(),
        [
            *("data=diabetes", "model=linear_regression", "optimizer=lbfgs", "schedule=constant"),
            *("optimizer.learning_rate=1", "training.epochs=60", "data.split.folds=5"),
            *NO_VALIDATION,
            *("hardware.device=cpu", "hardware.threads=1"),
        ],
    )
    raw = Diabetes().load()
    place = np.full(len(raw.targets), -1)
    for fold in range(5):
        place[of_fold(config, fold + 1).data.prepare().parts["test"].places] = fold
    theirs = cross_validate(
        make_pipeline(StandardScaler(), LinearRegression()),
        raw.inputs.astype(np.float64),
        raw.targets,
        cv=PredefinedSplit(place),
        scoring=("r2", "neg_mean_absolute_error"),
    )
    events = list(train(config))
    tests = scores_of(events)
    r2, mae = ([tests[fold][name] for fold in range(1, 6)] for name in ("r2", "mae"))
    assert r2 == pytest.approx(theirs["test_r2"].tolist(), abs=1e-4)
    assert mae == pytest.approx((-theirs["test_neg_mean_absolute_error"]).tolist(), rel=1e-4)
    assert result(events).means["r2"] == pytest.approx(theirs["test_r2"].mean(), abs=1e-4)
    assert result(events).deviations["r2"] == pytest.approx(theirs["test_r2"].std(ddof=1), rel=1e-2)


def test_a_folds_metrics_are_those_of_its_predictions() -> None:
    config = small(*WHOLE, "data=diabetes", "data.limit=none", "model=linear_regression")
    for event in train(config):
        if isinstance(event, Evaluation) and event.split == "test":
            assert event.metrics["r2"] == pytest.approx(r2_score(event.targets, event.predictions))
            expected = mean_absolute_error(event.targets, event.predictions)
            assert event.metrics["mae"] == pytest.approx(expected)


def test_statistics_are_those_of_each_folds_training_part() -> None:
    config = small(*WHOLE, "data=diabetes", "data.limit=none", "model=linear_regression")
    raw = Diabetes().load()
    seen = []
    for fold in range(1, FOLDS + 1):
        prepared = of_fold(config, fold).data.prepare()
        train_part, test_part = prepared.parts["train"], prepared.parts["test"]
        mean = raw.inputs[train_part.places].mean(axis=0, dtype=np.float64)
        deviation = raw.inputs[train_part.places].std(axis=0, dtype=np.float64)
        expected = (raw.inputs[test_part.places] - mean) / deviation
        assert test_part.inputs[0] == pytest.approx(expected, abs=1e-5)
        assert prepared.target.mean == pytest.approx(raw.targets[train_part.places].mean())
        seen += test_part.places.tolist()
    assert sorted(seen) == list(range(len(raw.targets)))


def test_a_fold_that_diverges_ends_the_run_and_says_which() -> None:
    linear = ("data=diabetes", "data.limit=none", "model=linear_regression")
    wild = ("optimizer=sgd", "optimizer.learning_rate=100", "training.clip_norm=none")
    events = list(train(small(*WHOLE, *linear, *wild, "schedule=constant", "training.epochs=50")))
    assert last(events).reason == "failed"
    assert last(events).message.startswith("fold 1: ")
    (alert,) = [event for event in events if isinstance(event, Alert)]
    assert alert.message.startswith("fold 1: ")
    assert alert.code == "loss-not-finite"


def test_two_processes_train_every_fold() -> None:
    alone, both = (
        result(list(train(small(*WHOLE, "model.dropout=0", f"hardware.devices={count}"))))
        for count in (1, 2)
    )
    assert both.done == 3
    assert both.means["loss"] == pytest.approx(alone.means["loss"], rel=1e-4)
