"""What may be divided into folds, how a fold is chosen, and how mean and deviation are said."""

from __future__ import annotations

import pytest

from engine.metrics.spread import plus_minus, spread, spreads
from engine.problem import SettingsError
from engine.settings.check import problems
from engine.settings.command import parse_config
from engine.train import train
from tests.engine.folds import WHOLE
from tests.engine.small import small


@pytest.mark.parametrize(
    ("words", "path", "sentence"),
    [
        (("schedule=range_test",), "data.split.folds", "a range test looks at training losses"),
        (
            ("data=iris", "data.limit=40", "data.split.folds=50", "training.batch_size=8"),
            "data.split.folds",
            "use at most 40 folds",
        ),
        (
            (
                "data=diabetes",
                "data.limit=40",
                "model=linear_regression",
                "data.split.folds=30",
                "training.batch_size=8",
            ),
            "data.split.folds",
            "use at most 20 folds",
        ),
        (("data=cora", "data.limit=none", "model=gcn"), "data.split.folds", "published division"),
        (("data=fashion_mnist",), "data.split.folds", "published one"),
        (("data=weather", "model=lstm"), "data.split.folds", "in the order of time"),
    ],
)
def test_what_has_no_folds_says_so(words: tuple[str, ...], path: str, sentence: str) -> None:
    found = {problem.path: problem.message for problem in problems(small(*WHOLE, *words))}
    assert sentence in found[path]


def test_one_fold_of_a_range_test_is_one_training() -> None:
    words = ("schedule=range_test", "data.split.fold=2", "training.epochs=8")
    assert not problems(small(*WHOLE, *words))


def test_torchrun_is_told_to_train_one_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(SettingsError, match=r"choose it with data\.split\.fold"):
        next(train(small(*WHOLE)))


def test_records_from_before_a_fold_could_be_none_mean_what_they_meant() -> None:
    old = small().to_dict()
    old["data"]["split"] |= {"folds": None, "fold": 1}
    assert parse_config(old) == small()
    old["data"]["split"] |= {"folds": 5, "fold": 1}
    assert parse_config(old).data.split.trainings == 1
    assert parse_config(old).data.split.tested_fold == 1


def test_metrics_that_a_fold_lacks_have_no_mean() -> None:
    found = spreads([{"loss": 1.0, "roc_auc": 0.5}, {"loss": 3.0}])
    assert found == {"loss": spread([1.0, 3.0])}
    assert found["loss"].deviation == pytest.approx(2**0.5)
    assert spreads([]) == {}
    assert spread([4.0]).deviation is None


@pytest.mark.parametrize(
    ("mean", "deviation", "said"),
    [
        (0.97812, 0.00612, "0.978 ± 0.006"),
        (0.97812, 0.0144, "0.978 ± 0.014"),
        (0.97812, 0.00996, "0.978 ± 0.010"),
        (0.97812, None, "0.9781"),
        (1.0, 0.0, "1 ± 0"),
        (2894.6, 211.0, "2,900 ± 200"),
        (54.321, 3.2, "54 ± 3"),
        (54.321, 1.26, "54.3 ± 1.3"),
        (float("nan"), 1.0, "nan"),
        (3e-12, 2e-12, "3e-12 ± 2e-12"),
    ],
)
def test_a_deviation_says_how_many_digits_count(
    mean: float, deviation: float | None, said: str
) -> None:
    assert plus_minus(mean, deviation) == said
