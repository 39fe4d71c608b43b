"""Samples during training: few validations are kept, evenly over the run, in a bounded size."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.config import RunConfig
from engine.events import Evaluation, Example, Sample
from jobs.recording import moments
from jobs.recording.moments import MOST, surplus
from jobs.recording.store import Heard, store
from jobs.services import runs
from jobs.yard import Yard


def validation(step: int, text: str = "to be", fold: int = 0) -> Evaluation:
    return Evaluation(
        step=step,
        fold=fold,
        split="validation",
        epoch=step,
        metrics={"loss": 1 / step},
        samples=[Sample(prompt="or not", text=text)],
    )


def told(yard: Yard, *events: Evaluation) -> str:
    run = runs.launch(yard, RunConfig())
    with yard.history.writing() as connection:
        for seq, event in enumerate(events, 1):
            store(connection, run, [Heard(1, seq, event)])
    return run


def test_many_validations_leave_few_evenly_spread(yard: Yard) -> None:
    run = told(yard, *(validation(step) for step in range(1, 161)))
    steps = [moment.step for moment in yard.history.moments(run)]
    assert len(steps) == MOST
    assert (steps[0], steps[-1]) == (1, 160)
    gaps = [after - before for before, after in pairwise(steps)]
    assert max(gaps) <= 3 * 160 / MOST


def test_folds_do_not_push_each_other_out(yard: Yard) -> None:
    run = told(yard, *(validation(step, fold=fold) for fold in (1, 2) for step in range(1, 60)))
    assert len(yard.history.moments(run)) == 2 * MOST


def test_a_step_that_is_told_again_stands_once(yard: Yard) -> None:
    run = told(yard, validation(5, "first"), validation(5, "again"))
    assert [moment.samples[0].text for moment in yard.history.moments(run)] == ["again"]


def test_what_is_too_large_or_shows_nothing_is_not_kept(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "LARGEST", 1_000)
    bare = Evaluation(step=3, split="validation", epoch=1, metrics={"loss": 1.0})
    test = validation(4).model_copy(update={"split": "test"})
    run = told(yard, validation(1), validation(2, "x" * 1_000), bare, test)
    assert [moment.step for moment in yard.history.moments(run)] == [1]


def test_the_same_samples_come_back_as_they_were_told(yard: Yard) -> None:
    seen = Example(place=3, truth="7", prediction="1", loss=0.5, picture="aGk=", probability=0.6)
    run = told(yard, validation(1).model_copy(update={"watched": [seen]}))
    assert yard.history.moments(run)[0].watched == [seen]


@given(
    some.lists(some.integers(1, 10**6), min_size=1, max_size=80, unique=True).map(sorted),
    some.integers(2, 60),
)
def test_first_and_last_always_stay_and_the_bounds_hold(steps: list[int], most: int) -> None:
    size = 10
    dropped = surplus([(step, size) for step in steps], most, most_bytes=size * 30)
    left = [step for step in steps if step not in dropped]
    assert {steps[0], steps[-1]} <= set(left)
    assert len(left) == min(len(steps), most, 30)
