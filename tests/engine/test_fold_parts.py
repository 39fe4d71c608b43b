"""Which samples are in which fold: as scikit-learn divides, and each sample tested once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold, StratifiedKFold

from engine.config import RunConfig
from engine.data import OwnTable
from engine.data.divide import Indices, divide
from engine.data.shuffle import Purpose, shuffled
from engine.data.split import Split
from engine.events import Evaluation, Event
from engine.settings.check import problems
from engine.settings.command import override
from engine.settings.sizes import of_fold
from engine.train import train
from tests.engine.folds import scores_of
from tests.engine.own_tables import moment, store


def folds_of(split: Split, count: int, labels: Indices | None = None) -> list[dict[str, Indices]]:
    """The parts of every fold."""
    assert split.folds is not None
    numbers = range(1, split.folds + 1)
    return [divide(split.model_copy(update={"fold": k}), count, labels) for k in numbers]


@given(count=st.integers(20, 300), folds=st.integers(2, 10), seed=st.integers(0, 99))
def test_in_the_same_order_they_are_those_of_k_fold(count: int, folds: int, seed: int) -> None:
    split = Split(folds=folds, seed=seed, validation=0)
    order = shuffled(count, seed, Purpose.TEST)
    # KFold cuts blocks; ours are dealt like cards. In the order of the hands they are the same.
    hands = np.concatenate([order[k::folds] for k in range(folds)])
    for mine, (train_part, test_part) in zip(
        folds_of(split, count), KFold(folds).split(hands), strict=True
    ):
        assert mine["test"].tolist() == sorted(hands[test_part].tolist())
        assert mine["train"].tolist() == sorted(hands[train_part].tolist())


@given(
    sizes=st.lists(st.integers(5, 60), min_size=2, max_size=6),
    folds=st.integers(2, 5),
    seed=st.integers(0, 99),
)
def test_classes_are_in_each_fold_as_often_as_in_stratified_k_fold(
    sizes: list[int], folds: int, seed: int
) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    split = Split(folds=folds, seed=seed, validation=0.2)
    found = folds_of(split, len(labels), labels)
    mine = [np.bincount(labels[parts["test"]], minlength=len(sizes)).tolist() for parts in found]
    theirs = [
        np.bincount(labels[test], minlength=len(sizes)).tolist()
        for _, test in StratifiedKFold(folds).split(labels, labels)
    ]
    assert mine == theirs
    tested = np.concatenate([parts["test"] for parts in found])
    assert sorted(tested.tolist()) == list(range(len(labels)))
    for parts in found:
        everything = np.concatenate(list(parts.values()))
        assert sorted(everything.tolist()) == list(range(len(labels)))


def cross_validated(config: RunConfig) -> list[Event]:
    assert problems(config) == []
    return list(train(config))


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """120 visits of 24 patients, one a day."""
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))
    chance = np.random.default_rng(1)
    return store(
        {
            "patient": [f"p{n % 24}" for n in range(120)],
            "when": [moment(2020, 1 + n // 28, 1 + n % 28) for n in range(120)],
            "x": chance.normal(size=120).tolist(),
            "place": [("north", "south", "west")[n % 3] for n in range(120)],
            "y": [("a", "b")[n % 2] for n in range(120)],
        }
    )


WORDS = ("model=logistic_regression", "training.epochs=2", "training.batch_size=8")


@pytest.mark.parametrize("column", ["group=patient", "time=when"])
@pytest.mark.parametrize("validation", ["0.15", "0"])
def test_groups_and_times_of_own_tables_are_cross_validated(
    table: str, column: str, validation: str
) -> None:
    words = [f"data.{column}", "data.split.folds=4", f"data.split.validation={validation}"]
    if validation == "0":
        words.append("training.keep_best=false")
    own = override(RunConfig(), ["data=table", f"data.table={table}", "data.target=y", *WORDS])
    config = override(own, words)
    events = cross_validated(config)
    assert sorted(scores_of(events)) == [1, 2, 3, 4]
    validations = [e for e in events if isinstance(e, Evaluation) and e.split == "validation"]
    assert bool(validations) == (validation != "0")
    parts = [of_fold(config, fold).data.prepare().parts for fold in (1, 2, 3, 4)]
    if column == "group=patient":
        tested = [set(each["test"].places % 24) for each in parts]
        assert sum(map(len, tested)) == 24
        assert set.union(*tested) == set(range(24))
    else:
        learned = [len(each["train"]) + len(each["validation"]) for each in parts]
        assert learned == [24, 48, 72, 96], "later folds learn from more"
        assert all(each["train"].places.max() < each["test"].places.min() for each in parts)


def test_more_folds_than_groups_are_refused(table: str) -> None:
    data = OwnTable(table=table, target="y", group="patient", split=Split(folds=25, validation=0))
    (problem,) = data.problems()
    assert problem.path == "data.split.folds"
    assert "use at most 24 folds" in problem.message


def test_categories_are_learned_anew_in_each_fold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A category that only one row has is unknown where that row is tested."""
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path))
    names = ["often"] * 39 + ["once"]
    rare = store({"c": names, "x": [float(n) for n in range(40)], "y": ["a", "b"] * 20})
    config = override(
        RunConfig(),
        [
            *("data=table", f"data.table={rare}", "data.target=y", "data.split.folds=4"),
            *("data.split.validation=0", "training.keep_best=false", *WORDS),
        ],
    )
    widths = {}
    for fold in range(1, 5):
        prepared = of_fold(config, fold).data.prepare()
        widths[39 in prepared.parts["test"].places] = len(prepared.names)
    assert widths[True] < widths[False]
    assert sorted(scores_of(cross_validated(config))) == [1, 2, 3, 4]
