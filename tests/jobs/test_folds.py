"""What the history keeps of a cross-validation, and what the command line says of it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence

import pytest

from engine.config import RunConfig
from engine.events import CrossValidation, Evaluation, Event, Steps
from engine.train import train
from jobs.events import Claimed, Record
from jobs.history.runs import unfinished
from jobs.home import Home
from jobs.measures import apart, by_clock, measures, named
from jobs.recording.store import Heard, store
from jobs.services import runs
from jobs.yard import Yard
from tests.engine.small import small
from tests.jobs.commands import trainyard

CONFIG = small("data.split.folds=3", "training.epochs=2", "training.batch_size=32")
CLAIMED = Claimed(attempt=1, worker="w1", machine="here", device="cpu")


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """What the engine says of three folds."""
    return list(train(CONFIG))


def tell(yard: Yard, run_id: str, told: Sequence[Record], attempt: int = 1) -> None:
    """Stores it as a whole attempt."""
    heard = [Heard(attempt, seq, event) for seq, event in enumerate(told, 1)]
    with yard.history.writing() as connection:
        store(connection, run_id, heard)


def stored(yard: Yard, told: Sequence[Record], config: RunConfig = CONFIG) -> str:
    """A run that said this."""
    run_id = runs.launch(yard, config)
    tell(yard, run_id, [CLAIMED, *told])
    return run_id


def until(events: Sequence[Event], fold: int) -> list[Event]:
    """All that was said up to the first steps of a fold."""
    place = next(i for i, e in enumerate(events) if isinstance(e, Steps) and e.fold == fold)
    return list(events[: place + 1])


def test_each_fold_has_curves_of_its_own_over_its_own_steps(
    yard: Yard, events: list[Event]
) -> None:
    run_id = stored(yard, events)
    names = yard.history.metrics(run_id)
    # How the time was spent is a matter of the whole run.
    assert {apart(name)[1] for name in names if not by_clock(name)} == {1, 2, 3}
    for fold in (1, 2, 3):
        loss = yard.history.curve(run_id, named("train/loss", fold))
        said = [
            value
            for event in events
            if isinstance(event, Steps) and event.fold == fold
            for value in event.metrics["train/loss"]
        ]
        assert loss.steps.tolist() == list(range(1, len(said) + 1))
        assert loss.values.tolist() == pytest.approx(said, rel=1e-6)
        scores = yard.history.curve(run_id, named("validation/accuracy", fold))
        assert scores.steps.tolist() == [len(said) // 2, len(said)]
    assert not yard.history.curve(run_id, "train/loss").steps.size


def test_a_name_and_its_parts_belong_together() -> None:
    for metric, fold in (("train/loss", 12), ("gradients/fold 3/x", 0), ("hardware/cpu", 0)):
        assert apart(named(metric, fold)) == (metric, fold)
    outside = Evaluation(split="validation", epoch=1, step=7, metrics={"loss": 1.0})
    inside = outside.model_copy(update={"fold": 2, "fold_begin": 5})
    assert [(name, steps) for name, steps, _, _ in measures(outside)] == [("validation/loss", [7])]
    assert [(name, steps) for name, steps, _, _ in measures(inside)] == [
        ("fold 2/validation/loss", [2])
    ]


def test_the_run_has_the_mean_of_its_folds_and_how_far_they_lie_apart(
    yard: Yard, events: list[Event]
) -> None:
    run = runs.get(yard, stored(yard, events))
    tests = [e.metrics for e in events if isinstance(e, Evaluation) and e.split == "test"]
    values = [metrics["accuracy"] for metrics in tests]
    assert (run.status, run.fold, run.folds) == ("finished", 3, 3)
    assert run.test["accuracy"] == pytest.approx(statistics.fmean(values))
    assert run.deviations["accuracy"] == pytest.approx(statistics.stdev(values))
    assert run.result == ("test/accuracy", run.test["accuracy"], run.deviations["accuracy"])
    assert run.step == run.total_steps


def test_in_the_second_fold_the_first_one_stands_for_the_result(
    yard: Yard, events: list[Event]
) -> None:
    run = runs.get(yard, stored(yard, until(events, 2)))
    assert (run.status, run.fold) == ("running", 2)
    assert run.deviations == {}
    assert run.result == ("test/accuracy", run.test["accuracy"], None)
    (attempt,) = yard.history.attempts(run.id)
    assert attempt.resume_step == 0, "a fold that begins is no resume"
    assert attempt.started == next(e.time for e in events if e.kind == "started")


def test_the_test_of_each_fold_is_kept_whole(yard: Yard, events: list[Event]) -> None:
    run_id = stored(yard, events)
    kept = yard.history.evaluations(run_id)
    assert [(each.split, each.fold) for each in kept] == [
        ("test", 1), ("test", 2), ("test", 3), ("validation", 3),
    ]  # fmt: skip
    assert all(each.confusion for each in kept)


def test_a_resume_that_says_the_same_again_changes_nothing(yard: Yard, events: list[Event]) -> None:
    run_id = stored(yard, until(events, 3))
    before = yard.history.curves(run_id)
    again = [e.model_copy(update={"time": e.time + 9}) for e in events if e.fold != 1]
    tell(yard, run_id, [CLAIMED, *again], attempt=2)
    assert runs.get(yard, run_id).diverged_step is None
    whole = yard.history.curves(stored(yard, events))
    for name, points in yard.history.curves(run_id).items():
        if by_clock(name):
            continue  # the time was spent twice
        assert points.steps.tolist() == whole[name].steps.tolist()
        assert points.values.tolist() == whole[name].values.tolist()
    assert before.keys() <= whole.keys()


def test_a_step_that_came_out_differently_is_named_by_its_place_in_the_run(
    yard: Yard, events: list[Event]
) -> None:
    run_id = stored(yard, until(events, 3))
    first = next(e for e in events if isinstance(e, Steps) and e.fold == 2)
    values = list(first.metrics["train/loss"])
    values[-1] += 1
    other = first.model_copy(update={"metrics": {**first.metrics, "train/loss": values}})
    tell(yard, run_id, [CLAIMED, other], attempt=2)
    assert runs.get(yard, run_id).diverged_step == first.step
    assert first.step > first.fold_begin > 0


def test_a_run_between_its_folds_is_open(yard: Yard, events: list[Event]) -> None:
    place = next(i for i, e in enumerate(events) if isinstance(e, CrossValidation))
    run_id = stored(yard, events[: place + 1])
    with yard.history.reading() as connection:
        assert [run.id for run in unfinished(connection)] == [run_id]


def test_the_command_line_shows_folds_their_mean_and_deviation(
    home: Home, yard: Yard, events: list[Event]
) -> None:
    run_id = stored(yard, events)
    run = runs.get(yard, run_id)
    shown = trainyard("show", run_id, home=home).stdout
    lines = shown.splitlines()
    (head,) = [line for line in lines if line.startswith("  test") and "roc auc" in line]
    place = lines.index(head)
    assert [line.split()[1] for line in lines[place + 1 : place + 4]] == ["1", "2", "3"]
    assert lines[place + 4].split()[:3] == ["mean", "±", "sd"]
    assert f"fold 3 of 3, epoch 2 of {run.epochs}" in shown
    said = next(line for line in lines if line.startswith("test "))
    assert "accuracy 0." in said
    assert " ± " in said
    listed = trainyard("runs", home=home).stdout
    assert "accuracy 0." in listed
    assert " ± 0." in listed
    answer = json.loads(trainyard("show", run_id, "--json", home=home).stdout)
    assert set(answer["evaluations"]) == {"test 1", "test 2", "test 3", "validation 3"}
    assert answer["deviations"]["accuracy"] == run.deviations["accuracy"]


def test_metrics_are_listed_fold_by_fold(home: Home, yard: Yard, events: list[Event]) -> None:
    run_id = stored(yard, events)
    table = trainyard("metrics", run_id, "--csv", home=home).stdout.splitlines()
    folds = [int(line.split(",")[1]) for line in table[1:]]
    assert folds == sorted(folds)
    first = next(line for line in table[1:] if line.split(",")[1] == "1")
    assert first.startswith('"train/gradient_norm",1,1,1,')
    one = trainyard("metrics", run_id, "--csv", "--metric", "fold 2/train/loss", home=home)
    assert len(one.stdout.splitlines()) > 10
