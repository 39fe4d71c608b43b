"""The loop through its front door: which events come, in which order, with which numbers."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest
import torch

from engine.events import EVENT, Checkpoint, Evaluation, Log, Started, Steps
from engine.train import train
from tests.engine.small import curve, evaluations, last, small, untimed


def test_a_run_is_told_from_start_to_end() -> None:
    events = list(train(small()))
    kinds = [kind for kind, _ in groupby(event.kind for event in untimed(events))]
    epochs = ["steps", "evaluation"] * 4
    assert kinds == ["started", *epochs, "log", "evaluation", "finished"]
    assert last(events).reason == "completed"
    assert list(curve(events)) == list(range(1, 33))


def test_started_says_what_is_trained_where() -> None:
    event = next(train(small()))
    assert isinstance(event, Started)
    assert (event.task, event.device, event.epochs) == ("classification", "cpu", 4)
    assert event.samples == {"train": 490, "validation": 105, "test": 105}
    assert (event.steps_per_epoch, event.total_steps) == (8, 32)
    assert event.parameters == 64 * 16 + 16 + 16 * 10 + 10
    assert event.versions["torch"] == str(torch.__version__)
    assert event.resumed == ""


def test_events_survive_json() -> None:
    for event in train(small("training.epochs=1")):
        assert EVENT.validate_json(event.model_dump_json()) == event


def test_the_same_settings_give_the_same_bits() -> None:
    first, second = list(train(small())), list(train(small()))
    for metric in ("train/loss", "train/learning_rate", "train/gradient_norm"):
        assert curve(first, metric) == curve(second, metric)
    assert evaluations(first) == evaluations(second)


@pytest.mark.parametrize("change", ["training.seed=1", "data.split.seed=1", "model.dropout=0.2"])
def test_another_seed_or_dropout_gives_another_curve(change: str) -> None:
    assert curve(train(small())) != curve(train(small(change)))


def test_the_rate_follows_the_schedule_and_the_norm_is_that_before_clipping() -> None:
    config = small("training.clip_norm=0.01")
    events = list(train(config))
    rates = curve(events, "train/learning_rate")
    for step, rate in rates.items():
        assert rate == config.optimizer.learning_rate * config.schedule.factor(step - 1, 32)
    assert min(curve(events, "train/gradient_norm").values()) > 0.01


def test_clipping_changes_the_run_and_a_long_leash_does_not() -> None:
    free = curve(train(small("training.clip_norm=none")))
    assert curve(train(small("training.clip_norm=1000"))) == pytest.approx(free, rel=1e-4)
    assert curve(train(small("training.clip_norm=0.001"))) != pytest.approx(free, rel=1e-4)


def test_no_flush_is_longer_than_64_steps_and_all_lists_agree() -> None:
    for event in train(small("training.batch_size=2", "training.epochs=1")):
        if isinstance(event, Steps):
            assert 1 <= len(event.seconds) <= 64
            assert {len(values) for values in event.metrics.values()} == {len(event.seconds)}


def test_the_smaller_last_batch_is_used() -> None:
    events = list(train(small("training.batch_size=489", "training.epochs=1", "schedule=constant")))
    assert list(curve(events)) == [1, 2]


def test_early_stopping_stops_after_its_patience() -> None:
    patient = ("training.early_stopping.patience=2", "training.early_stopping.min_delta=1000")
    events = list(train(small(*patient, "training.epochs=50")))
    assert last(events).reason == "early-stopped"
    assert "after epoch 3 of 50" in last(events).message
    assert max(curve(events)) == 3 * 8


def test_the_test_part_is_looked_at_once_with_the_best_weights() -> None:
    # A rate this high makes the last weights worse than the best ones.
    rough = ("optimizer.learning_rate=0.5", "schedule=constant", "training.epochs=6")
    kept = list(train(small(*rough)))
    tests = [e for e in kept if isinstance(e, Evaluation) and e.split == "test"]
    losses = {
        e.epoch: e.metrics["loss"]
        for e in kept
        if isinstance(e, Evaluation) and e.split == "validation"
    }
    best = min(losses, key=lambda epoch: losses[epoch])
    assert best != 6, "the test needs a run whose last epoch is not its best"
    assert [e.epoch for e in tests] == [best]
    assert tests[0].step == best * 8
    assert any(isinstance(e, Log) and f"epoch {best}" in e.message for e in kept)
    dropped = list(train(small(*rough, "training.keep_best=false")))
    assert evaluations(dropped)["test", 6] != tests[0].metrics
    assert curve(dropped) == curve(kept)


def test_the_best_weights_are_exactly_those_of_that_epoch() -> None:
    rough = ("optimizer.learning_rate=0.5", "schedule=constant", "training.epochs=6")
    kept = evaluations(train(small(*rough)))
    best = next(epoch for split, epoch in kept if split == "test")
    stopped = evaluations(train(small(*rough, f"training.epochs={best}")))
    assert stopped["test", best] == kept["test", best]


def test_without_validation_and_test_parts_there_is_only_training() -> None:
    alone = ("data.split.validation=0", "data.split.test=0", "training.keep_best=false")
    events = list(train(small(*alone)))
    assert not evaluations(events)
    assert last(events).reason == "completed"


def test_evaluation_has_panels_for_classes() -> None:
    event = [e for e in train(small()) if isinstance(e, Evaluation)][-1]
    assert {"loss", "accuracy", "f1", "roc_auc", "precision", "recall"} <= set(event.metrics)
    assert sum(map(sum, event.confusion)) == 105
    assert [curve.label for curve in event.roc] == list("0123456789")
    assert all(len(curve.x) == len(curve.y) <= 200 for curve in event.roc)


def test_regression_is_told_in_the_unit_of_the_target() -> None:
    config = small("data=diabetes", "model=linear_regression", "training.epochs=3")
    event = [e for e in train(config) if isinstance(e, Evaluation)][-1]
    assert {"loss", "mse", "rmse", "mae", "r2"} <= set(event.metrics)
    assert event.metrics["loss"] == pytest.approx(event.metrics["mse"], rel=1e-4)
    assert 25 <= min(event.targets) < max(event.targets) <= 346
    errors = [(t - p) ** 2 for t, p in zip(event.targets, event.predictions, strict=True)]
    assert sum(errors) / len(errors) == pytest.approx(event.metrics["mse"], rel=1e-3)


def test_checkpoints_come_when_due_and_at_the_end(tmp_path: Path) -> None:
    rare = list(train(small("training.checkpoint_seconds=3600"), tmp_path / "rare"))
    assert [e.step for e in rare if isinstance(e, Checkpoint)] == [32]
    often = list(train(small("training.batch_size=2", "training.epochs=2"), tmp_path / "often"))
    steps = [e.step for e in often if isinstance(e, Checkpoint)]
    assert len(steps) > 3
    assert steps == sorted(set(steps))
