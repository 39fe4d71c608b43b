"""The newest evaluation of each split is kept whole; in the list of events only its numbers are."""

from __future__ import annotations

from dashboard.live.tail import Told, facts, points
from engine.config import RunConfig
from engine.events import DRAWN, Curve, Evaluation, Example, Sample, Started, Table
from jobs.events import Record
from jobs.recording.store import Heard, store
from jobs.services import runs
from jobs.yard import Yard


def evaluation(step: int, split: str = "validation") -> Evaluation:
    curve = Curve(label="a", x=[0.0, 1.0], y=[0.0, 1.0])
    return Evaluation.model_validate(
        {
            "step": step,
            "split": split,
            "epoch": 1,
            "metrics": {"loss": 1 / step, "accuracy": 0.5},
            "confusion": [[1, 2], [3, 4]],
            "roc": [curve],
            "precision_recall": [curve],
            "calibration": [curve],
            "targets": [1.0],
            "predictions": [2.0],
            "samples": [Sample(prompt="To", text=" be")],
            "tables": [Table(name="t", columns=["word", "near"], rows=[["dog", 0.5]])],
            "worst": [
                Example(
                    place=3,
                    truth="a",
                    prediction="b",
                    loss=2.0,
                    text="long",
                    features={"age": 37.0},
                    pixels=[[[0], [255]]],
                )
            ],
            "intervals": {"accuracy": [0.4, 0.6]},
            "baseline_name": "simple",
            "baseline": {"accuracy": 0.25},
        }
    )


STARTED = Started(
    task="classification",
    device="cpu",
    device_name="A processor",
    parameters=1,
    epochs=1,
    steps_per_epoch=2,
    total_steps=2,
    samples={"train": 4, "validation": 2, "test": 2},
)


def told(yard: Yard, *events: Record) -> str:
    run = runs.launch(yard, RunConfig())
    with yard.history.writing() as connection:
        store(connection, run, [Heard(1, seq, event) for seq, event in enumerate(events, 1)])
    return run


def test_every_field_that_only_pictures_need_is_one_of_an_evaluation() -> None:
    assert set(Evaluation.model_fields) >= DRAWN


def test_the_newest_of_each_split_is_kept_whole(yard: Yard) -> None:
    old, new, test = evaluation(1), evaluation(2), evaluation(2, "test")
    run = told(yard, STARTED, old, new, test)
    kept = {each.split: each for each in yard.history.evaluations(run)}
    assert kept == {"validation": new, "test": test}


def test_the_list_of_events_has_the_numbers_alone(yard: Yard) -> None:
    run = told(yard, STARTED, evaluation(1))
    (record,) = yard.history.records(run, "evaluation")
    assert not DRAWN & set(record.body)
    assert record.body["intervals"] == {"accuracy": [0.4, 0.6]}
    assert record.body["baseline"] == {"accuracy": 0.25}
    assert Evaluation.model_validate(record.body).metrics == {"loss": 1.0, "accuracy": 0.5}


def test_other_events_keep_fields_of_the_same_name(yard: Yard) -> None:
    run = told(yard, STARTED)
    (record,) = yard.history.records(run, "started")
    assert Started.model_validate(record.body) == STARTED


def test_the_live_charts_get_points_and_no_pictures() -> None:
    batch = [Told((1, 1), STARTED), Told((1, 2), evaluation(2))]
    assert [fact["kind"] for fact in facts(batch)] == ["started"]
    assert {name: curve.values.tolist() for name, curve in points(batch).items()} == {
        "validation/loss": [0.5],
        "validation/accuracy": [0.5],
    }
