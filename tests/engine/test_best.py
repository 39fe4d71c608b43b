"""The best weights and early stopping by any metric of the task."""

from __future__ import annotations

from engine.loop.best import cost
from engine.settings.check import problems
from engine.train import train
from tests.engine.small import evaluations, last, small

PLAIN = ("model.dropout=0", "schedule=constant", "training.clip_norm=none", "training.epochs=2")


def test_less_is_always_better_and_what_is_not_defined_is_worst() -> None:
    assert cost("accuracy", {"accuracy": 0.9}) < cost("accuracy", {"accuracy": 0.8})
    assert cost("mae", {"mae": 1.0}) < cost("mae", {"mae": 2.0}) < cost("mae", {})


def judged(words: tuple[str, ...]) -> tuple[dict[int, float], int, str]:
    """Validation accuracy by epoch, the epoch that was tested, and the last words."""
    events = list(train(small(*PLAIN, "optimizer.learning_rate=0.02", *words)))
    found = evaluations(events)
    accuracy = {
        epoch: m["accuracy"] for (split, epoch), m in found.items() if split == "validation"
    }
    tested = next(epoch for split, epoch in found if split == "test")
    return accuracy, tested, last(events).message


def test_the_best_weights_are_those_of_the_chosen_metric() -> None:
    usual = ("training.epochs=12", "training.batch_size=16", "training.seed=2")
    accuracy, tested, _ = judged((*usual, "training.best_by=accuracy"))
    assert accuracy[tested] == max(accuracy.values())
    assert tested == min(epoch for epoch, value in accuracy.items() if value == accuracy[tested])
    assert judged(usual)[1] != tested, "the loss would have chosen another epoch"


def test_early_stopping_follows_the_chosen_metric() -> None:
    words = ("training.best_by=accuracy", "training.epochs=60", "training.batch_size=16")
    accuracy, tested, message = judged((*words, "training.early_stopping.patience=3"))
    assert len(accuracy) == tested + 3 < 60
    assert message.endswith("the validation accuracy has not risen for 3 epochs")


def test_a_metric_of_another_task_is_refused() -> None:
    (problem,) = problems(small("training.best_by=r2"))
    assert problem.path == "training.best_by"
    assert problem.message == (
        "there is no R² here: Digits 8x8 is measured by loss, accuracy, F1, ROC AUC; "
        "choose one of these"
    )
