"""The run page changes a run that trains, and lists what was changed; the form plans it ahead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from engine.events import Changed
from jobs.recorder import Recorder
from jobs.services import changes, runs
from jobs.yard import Yard
from tests.dashboard.paging import fresh_yard, open_page, settled, texts
from tests.jobs.speaker import Speaker, save


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


@pytest.fixture
def training(yard: Yard, client: redis.Redis) -> Speaker:
    """A run after 20 steps."""
    speaker = Speaker(client, save(yard))
    speaker.begin(total_steps=100)
    speaker.steps(1, 20)
    record(yard, client)
    return speaker


def record(yard: Yard, client: redis.Redis) -> None:
    while Recorder(client, yard.history, yard.home).round():
        pass


def box(page: AppTest, label: str) -> TextInput:
    return next(each for each in page.text_input if each.label == label)


def test_a_change_is_checked_asked_for_made_and_set_back(
    yard: Yard, client: redis.Redis, training: Speaker
) -> None:
    page = open_page("run", "adjust", id=training.run_id, tab="Changes")
    assert "Nothing was changed." in texts(page)
    assert page.button("adjust.apply").disabled
    settled(box(page, "Learning rate").set_value("500").run())
    assert "Learning rate must be a number above 0 and at most 100; 500 was given" in texts(page)
    assert page.button("adjust.apply").disabled
    settled(box(page, "Learning rate").set_value("1e-4").run())
    settled(box(page, "Clip norm").set_value("1").run())
    apply = page.button("adjust.apply")
    assert (apply.label, apply.disabled) == ("Apply 2 changes", False)
    settled(apply.click().run())
    assert "Learning rate to 0\\.0001: waits for the next step" in texts(page)
    first, _ = changes.every(yard, runs.get(yard, training.run_id))
    training.say(
        Changed(
            step=20,
            setting=first.setting,
            before=0.002,
            after=0.0001,
            by="person",
            id=first.id,
            total_steps=100,
            epochs=2,
        )
    )
    record(yard, client)
    page = open_page("run", "adjust", id=training.run_id, tab="Changes")
    assert box(page, "Learning rate").value == "0.0001"
    assert "optimizer.learning_rate" in texts(page)
    assert "0.002 → 0.0001" in texts(page)
    settled(page.button("adjust.undo").click().run())
    told = changes.every(yard, runs.get(yard, training.run_id))
    assert [(each.state, each.after) for each in told] == [
        *(("made", 0.0001), ("pending", 1), ("pending", 0.002))
    ]


def test_the_form_plans_changes_a_line_each() -> None:
    page = open_page("launch", preset="iris_mlp")
    plan = next(each for each in page.text_area if each.label.startswith("Changes"))
    settled(plan.set_value("5 optimizer.learning_rate=1e-4\n6 training.batch_size=2").run())
    assert "the batch size cannot change while a run trains" in texts(page)
    assert page.button("launch").disabled
    plan = next(each for each in page.text_area if each.label.startswith("Changes"))
    settled(plan.set_value("5 optimizer.learning_rate=1e-4").run())
    assert not page.button("launch").disabled


def test_a_replay_fills_the_form_with_what_was_changed(
    yard: Yard, client: redis.Redis, training: Speaker
) -> None:
    told = {"setting": "training.clip_norm", "before": None, "after": 0.5, "id": "1"}
    place = {"step": 20, "by": "person", "total_steps": 100, "epochs": 2}
    training.say(Changed.model_validate({**told, **place}))
    record(yard, client)
    page = open_page("launch", **{"from": training.run_id, "replay": "1"})
    plan = next(each for each in page.text_area if each.label.startswith("Changes"))
    assert plan.value == "20 training.clip_norm=0.5"
