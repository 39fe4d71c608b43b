"""A person's own script on the pages: everything it told, no button that would do nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobs.events import Began, Claimed, Measured
from jobs.ids import new_id
from jobs.own import known
from jobs.own.spec import Script
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.paging import fresh_yard, open_page, texts


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


@pytest.fixture
def run_id(services: Yard) -> str:
    """A script that goes on."""
    name = new_id()
    config = {"lr": 0.125, "net": {"width": 64}, "bad": "<b>x</b>"}
    script = Script(name="mine", created=1.0, script="mine.py", config=config, tags=["a ", " "])
    with services.history.writing() as connection:
        known.add(connection, {name: script})
    told = Measured(
        step=2,
        steps={"train/loss": [1, 2]},
        seconds={"train/loss": [2.0, 3.0]},
        metrics={"train/loss": [1.0, 0.5]},
    )
    claimed = Claimed(attempt=1, worker="script 1", machine="there", device="")
    began = Began(script="mine.py", config=config, versions={"python": "3.11.2"})
    story.tell(services, name, [claimed, began, told])
    return name


def test_its_page_has_what_it_told_and_no_more(run_id: str) -> None:
    page = open_page("run", id=run_id)
    said = texts(page)
    for expected in ("Your script mine\\.py", "there", "net.width", "0.125", "3.11.2"):
        assert expected in said, expected
    assert "<b>x</b>" not in said
    assert [tab.label for tab in page.tabs] == ["Settings", "Attempts", "Downloads"]
    labels = [button.label for button in page.button]
    assert "Launch again" not in labels
    assert "stop_requested" in said
    assert "optimizer" not in said.lower()


def test_it_stands_in_the_list(run_id: str) -> None:
    assert run_id
    said = texts(open_page("runs"))
    assert "No run" not in said


def test_it_cannot_be_launched_again(run_id: str) -> None:
    assert "a script of your own" in texts(open_page("launch", **{"from": run_id}))
