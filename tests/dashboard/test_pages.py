"""Runs, Run and Machines in Streamlit's harness: what they say, and what they survive."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from engine.events import Evaluation
from jobs.events import Claimed, Ended
from jobs.server import Server
from jobs.services import runs
from jobs.services.machines import Presence
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.paging import fresh_yard, open_page, settled, texts

HOSTILE = "**bold** <img src=x> ![](http://evil.io/x.png) $x$ :red[no] " + "🚂" * 20


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


def _components(page: AppTest) -> list[dict[str, object]]:
    return [json.loads(found.proto.json) for found in page.get("bidi_component")]


def _rows(page: AppTest) -> list[dict[str, object]]:
    (rows,) = [found["runs"] for found in _components(page) if "spark" in str(found)]
    assert isinstance(rows, list)
    return rows


def test_without_runs_the_page_says_what_to_do() -> None:
    assert "No runs yet" in texts(open_page("runs"))


def test_runs_are_listed_newest_first_with_their_facts(services: Yard) -> None:
    old, new = story.launched(services, name="old"), story.launched(services, name="new")
    story.finished(services, old, epochs=2)
    rows = _rows(open_page("runs"))
    assert [row["id"] for row in rows] == [new, old]
    assert [row["status"] for row in rows] == ["queued", "finished"]
    assert rows[1]["progress"] == 1
    assert rows[1]["best"] == "0.9440"
    assert len(rows[1]["spark"]) > 10  # type: ignore[arg-type]


def test_the_url_filters_by_text_and_by_state(services: Yard) -> None:
    done, _ = story.launched(services, name="a horse"), story.launched(services, name="a cow")
    story.finished(services, done)
    assert [row["name"] for row in _rows(open_page("runs", search="horse"))] == ["a horse"]
    assert [row["name"] for row in _rows(open_page("runs", state="Queued"))] == ["a cow"]
    assert "No run fits" in texts(open_page("runs", search="nothing like it"))


def test_selected_runs_are_stopped(services: Yard) -> None:
    waiting = story.launched(services)
    page = open_page("runs", selected=waiting)
    settled(page.button(key="stop").click().run())
    assert runs.get(services, waiting).status == "stopped"


def test_a_finished_run_shows_numbers_pictures_and_settings(services: Yard) -> None:
    run = story.launched(services, name="mine", optimizer={"kind": "sgd"})
    story.finished(services, run)
    page = open_page("run", id=run)
    shown = texts(page)
    assert "<h1>mine</h1>" in shown
    assert '<td class="strong number">0.9760</td>' in shown
    assert len(page.get("plotly_chart")) == 2
    assert "optimizer=sgd" in open_page("run", id=run, tab="Settings").code[-1].value
    assert "completed" in texts(open_page("run", id=run, tab="Attempts"))
    assert "step-150-a1" in texts(open_page("run", id=run, tab="Checkpoints"))


def test_only_the_tab_that_is_looked_at_is_drawn(services: Yard) -> None:
    run = story.launched(services)
    story.finished(services, run)
    attempts = '<td class="">completed</td>'
    other = open_page("run", id=run, tab="Attempts")
    assert not other.get("plotly_chart")
    assert attempts in texts(other)
    assert attempts not in texts(open_page("run", id=run))


def test_a_failed_run_says_why(services: Yard) -> None:
    run = story.launched(services)
    story.failed(services, run)
    assert "Loss became NaN at step 51" in texts(open_page("run", id=run))


def test_a_lost_attempt_says_what_comes_next(services: Yard) -> None:
    run = story.launched(services)
    claimed = Claimed(attempt=1, worker="w", machine="m", device="cpu")
    story.tell(services, run, [claimed, Ended(cause="killed by signal 9", signal=9)])
    assert "killed by signal 9" in texts(open_page("run", id=run, tab="Attempts"))


def test_a_running_run_can_be_stopped_and_an_ended_one_not(services: Yard) -> None:
    run = story.launched(services)
    story.tell(services, run, story.trained(services, run))
    page = open_page("run", id=run)
    settled(page.button(key="stop_really").click().run())
    assert runs.get(services, run).status == "stopping"
    done = story.launched(services)
    story.finished(services, done)
    assert "stop_really" not in {button.key for button in open_page("run", id=done).button}


def test_regression_is_drawn_too(services: Yard) -> None:
    run = story.launched(services, data={"kind": "diabetes"}, model={"kind": "linear_regression"})
    numbers = [1.0, 2.0, 3.0]
    said = Evaluation(
        split="test", epoch=1, metrics={"mse": 0.5}, targets=numbers, predictions=numbers
    )
    story.tell(services, run, [said])
    assert len(open_page("run", id=run).get("plotly_chart")) == 2


@pytest.mark.parametrize("address", ["nope", "", "'; drop table runs; --"])
def test_an_unknown_run_is_a_friendly_page(address: str) -> None:
    assert "No such run" in texts(open_page("run", id=address))


@pytest.mark.parametrize("page", ["runs", "run"])
def test_a_hostile_name_stays_text(services: Yard, page: str) -> None:
    run = story.launched(services, name=HOSTILE[:80])
    story.finished(services, run)
    shown = open_page(page, id=run, selected=run)
    for element in [*shown.markdown, *shown.caption]:
        assert "<img" not in element.value
        assert "![](" not in element.value
    for element in shown.get("html"):
        assert "<img" not in element.proto.body


def test_machines_without_a_worker_say_how_to_start_one() -> None:
    assert "No worker is running" in texts(open_page("machines"))


def test_machines_show_workers_and_what_they_train(services: Yard) -> None:
    run = story.launched(services, name="<b>busy</b>")
    story.tell(services, run, story.trained(services, run))
    Presence("w1", "here", "cpu", run).announce(services.redis)
    shown = texts(open_page("machines"))
    assert f'href="run?id={run}"' in shown
    assert "&lt;b&gt;busy&lt;/b&gt;" in shown


@pytest.mark.parametrize("page", ["launch", "runs", "run", "machines"])
def test_without_redis_every_page_is_a_page(services: Yard, server: Server, page: str) -> None:
    run = story.launched(services)
    story.finished(services, run)
    server.stop()
    try:
        shown = texts(open_page(page, id=run))
    finally:
        server.start()
    if page in ("launch", "machines"):
        assert "Redis does not answer" in shown
