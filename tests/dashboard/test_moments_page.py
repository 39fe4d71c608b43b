"""Samples during training on the run's page: a slider over the evaluations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.events import Evaluation, Example, Finished, Sample
from engine.png import encoded
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.paging import fresh_yard, open_page, settled, texts

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _own_yard() -> Iterator[None]:
    with fresh_yard():
        yield


def pictured(step: int, said: str) -> Evaluation:
    dot = encoded([[[0], [255]]])
    seen = Example(
        place=7, truth=HOSTILE, prediction=said, loss=0.5, picture=dot, probability=0.875
    )
    return validation(step).model_copy(update={"watched": [seen]})


def validation(step: int) -> Evaluation:
    return Evaluation(step=step, split="validation", epoch=step // 50, metrics={"loss": 1 / step})


def test_answers_change_with_the_slider(yard: Yard) -> None:
    run = story.launched(yard)
    begun = story.trained(yard, run, epochs=1)[:3]
    story.tell(yard, run, [*begun, pictured(50, "cat"), pictured(100, HOSTILE)])
    page = open_page("run", id=run, tab="Samples")
    slider = page.select_slider(key="moment")
    assert slider.value == 100, "it begins at the newest"
    shown = texts(page)
    assert HOSTILE not in shown
    assert "87.5 %" in shown
    assert "✓" in shown
    assert "right at 1 of 2 evaluations" in shown
    page = settled(slider.set_value(50).run())
    assert "✗ cat" in texts(page)
    assert "Epoch 1, step 50 · Loss 0.0200" in texts(page)


def test_the_newest_is_followed_until_the_person_looks_back(yard: Yard) -> None:
    run = story.launched(yard)
    written = [
        validation(step).model_copy(update={"samples": [Sample(prompt="To", text=f" be {step}")]})
        for step in (50, 100, 150)
    ]
    begun = story.trained(yard, run, epochs=1)[:3]
    story.tell(yard, run, [*begun, *written[:1]])
    page = open_page("run", id=run, tab="Samples")
    assert "be 50" in texts(page)
    assert not page.select_slider
    story.tell(yard, run, [*begun, *written[:2]])
    page = settled(page.run())
    assert page.select_slider(key="moment").value == 100
    page = settled(page.select_slider(key="moment").set_value(50).run())
    story.tell(yard, run, [*begun, *written])
    page = settled(page.run())
    assert page.select_slider(key="moment").value == 50
    assert "be 50" in texts(page)


def test_a_run_without_samples_says_why(yard: Yard) -> None:
    waiting = open_page("run", id=story.launched(yard), tab="Samples")
    assert "come with the first evaluation" in texts(waiting)
    alone = story.launched(
        yard, data={"kind": "mnist", "split": {"validation": 0.0}}, training={"keep_best": False}
    )
    assert "no validation part" in texts(open_page("run", id=alone, tab="Samples"))
    over = story.launched(yard)
    story.tell(yard, over, [Finished(step=0, reason="failed", message="no data")])
    assert "ended before" in texts(open_page("run", id=over, tab="Samples"))
