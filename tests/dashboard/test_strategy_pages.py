"""How a run is trained, on the pages: schedules before it, the range test and gradients after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from engine.config import RunConfig
from engine.train import train
from jobs.events import RECORD, Claimed
from jobs.services import runs
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.paging import fresh_yard, open_page, settled, texts
from tests.engine.small import small
from tests.jobs.commands import trainyard

TEST = small(
    "schedule=range_test",
    "schedule.highest=100",
    "training.steps=150",
    "training.batch_size=32",
    "training.clip_norm=none",
    "optimizer=sgd",
    "model.dropout=0",
)


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


def trained(yard: Yard, config: RunConfig) -> str:
    """A run with what the engine really said, as it travels."""
    run_id = runs.launch(yard, config)
    begun = Claimed(attempt=1, worker="w1", machine="here", device="cpu")
    told = [RECORD.validate_json(event.model_dump_json()) for event in train(config)]
    story.tell(yard, run_id, [begun, *told])
    return run_id


def _suggested(page: AppTest) -> str:
    (metric,) = page.metric
    assert metric.label == "Suggested learning rate"
    return str(metric.value)


def test_a_range_test_suggests_and_the_button_fills_the_form(services: Yard) -> None:
    run_id = trained(services, TEST)
    page = open_page("run", id=run_id)
    rate = _suggested(page)
    assert 0.01 < float(rate) < 1
    assert f"learning rate of {rate}" in texts(page).replace("\\", "")
    page = settled(page.button(key="range_test.launch").click().run())
    assert dict(page.query_params) == {"from": run_id, "learning_rate": rate}
    form = open_page("launch", **{"from": run_id, "learning_rate": rate})
    assert form.text_input(key="optimizer.sgd.learning_rate").value == rate
    assert form.selectbox(key="schedule").value == "cosine"
    assert form.toggle(key="training.steps.on").value is False


def test_an_address_with_a_rate_that_is_none_is_that_of_the_run(services: Yard) -> None:
    run_id = runs.launch(services, TEST)
    form = open_page("launch", **{"from": run_id, "learning_rate": "<b>fast</b>"})
    assert form.selectbox(key="schedule").value == "range_test"


def test_a_range_test_without_steps_shows_no_panel(services: Yard) -> None:
    page = open_page("run", id=runs.launch(services, TEST))
    assert not page.metric


def test_one_that_never_fell_says_so(services: Yard) -> None:
    config = TEST.model_copy(update={"training": TEST.training.model_copy(update={"steps": 5})})
    said = texts(open_page("run", id=trained(services, config)))
    assert "No learning rate can be suggested" in said


def test_the_curves_of_layers_are_in_the_history(services: Yard) -> None:
    config = small("training.layer_norms_every=4", "model.hidden=16,8")
    run_id = trained(services, config)
    names = [name for name in services.history.metrics(run_id) if name.startswith("gradients/")]
    assert len(names) == 3
    assert all(len(services.history.curve(run_id, name)) == 8 for name in names)


def _drawn(kind: str) -> None:
    from dashboard.panels import schedule
    from tests.engine.small import small

    schedule.draw(small(f"schedule={kind}", "optimizer.learning_rate=0.5"), 100)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("plateau", "each plateau lowers the rate"),
        ("range_test", "Ends by itself where the loss blows up"),
        ("one_cycle", "at most 0.5"),
        ("polynomial", "at most 0.5"),
        ("exponential", "at most 0.5"),
    ],
)
def test_every_schedule_is_drawn_before_the_run(kind: str, words: str) -> None:
    page = settled(AppTest.from_function(_drawn, args=(kind,), default_timeout=30).run())
    assert words in texts(page)
    assert len(page.get("plotly_chart")) == 1


def test_show_says_what_the_range_test_suggests(services: Yard) -> None:
    run_id = trained(services, TEST)
    shown = trainyard("show", run_id, home=services.home).stdout
    rate = _suggested(open_page("run", id=run_id))
    assert f"suggested  optimizer.learning_rate={rate} (the loss fell fastest there)" in shown
