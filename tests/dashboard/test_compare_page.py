"""The Compare page in Streamlit's harness: numbers, settings, pictures, groups, its address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from jobs.services import organise
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.paging import fresh_yard, open_page, settled, texts

HOSTILE = "<script>alert(1)</script> **b** $x$ ![](http://evil.io)"


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


def components(page: AppTest) -> list[dict[str, Any]]:
    """What the components of the page were given."""
    return [json.loads(each.proto.json) for each in page.get("bidi_component")]


def table(page: AppTest, label: str) -> dict[str, Any]:
    """A sheet by its label."""
    (found,) = [each for each in components(page) if each.get("label") == label]
    return found


def rows(sheet: dict[str, Any]) -> list[dict[str, dict[str, Any]]]:
    """Its rows, each by the title of its columns."""
    titles = [column["title"] for column in sheet["columns"]]
    return [dict(zip(titles, row, strict=True)) for row in sheet["rows"]]


def pair(yard: Yard) -> tuple[str, str]:
    short = story.launched(yard, name="short")
    longer = story.launched(yard, name="longer", optimizer={"kind": "sgd", "learning_rate": 0.002})
    story.finished(yard, short, epochs=1)
    story.finished(yard, longer, epochs=3)
    return short, longer


def test_without_runs_the_page_says_what_to_do() -> None:
    assert "Nothing to compare yet" in texts(open_page("compare"))
    assert "2 of the runs in this address" in texts(open_page("compare", runs="nope,<b>"))


def test_numbers_stand_beside_each_other_and_the_best_is_marked(services: Yard) -> None:
    short, longer = pair(services)
    sheet = table(open_page("compare", runs=f"{short},{longer}"), "results")
    first, second = rows(sheet)
    assert (first["Run"]["text"], second["Run"]["text"]) == ("short", "longer")
    assert first["Run"]["link"] == f"run?id={short}"
    accuracy = "Test accuracy"
    assert (first[accuracy]["best"], second[accuracy]["best"]) == (False, True)
    assert second[accuracy]["text"] == "0.9760"
    loss = "Best validation loss"
    assert (first[loss]["best"], second[loss]["best"]) == (False, True), "less of it is better"
    assert second["Last validation loss"]["text"] == "0.2000"
    assert (second["Steps"]["text"], second["Machine"]["text"]) == ("150", "here")


def test_only_settings_that_differ_until_all_are_asked_for(services: Yard) -> None:
    ids = ",".join(pair(services))
    page = open_page("compare", runs=ids, tab="Settings")
    found = rows(table(page, "settings"))
    assert [row["Setting"]["text"] for row in found] == ["Optimizer", "Optimizer · weight decay"]
    assert [row["longer"]["mark"] for row in found] == [True, True]
    assert found[0]["longer"]["text"] == "SGD"
    settled(page.toggle(key="everything").set_value(True).run())
    every = {row["Setting"]["text"] for row in rows(table(page, "settings"))}
    assert {"Training · epochs", "Data", "Optimizer · momentum"} <= every
    assert "Name" not in every


@pytest.mark.parametrize("way", ["Mean over seeds", "seeds"])
def test_runs_that_differ_by_the_seed_become_one_line(services: Yard, way: str) -> None:
    ids = []
    for rate in (0.1, 0.2):
        for seed in (1, 2):
            run = story.launched(
                services,
                name=f"{rate}/{seed}",
                optimizer={"kind": "adamw", "learning_rate": rate},
                training={"seed": seed},
            )
            story.finished(services, run, epochs=seed)
            ids.append(run)
    page = open_page("compare", runs=",".join(ids), group=way)
    (live,) = [each for each in components(page) if each.get("view") == "compare"]
    assert [group["name"] for group in live["groups"]] == ["learning rate 0.1", "learning rate 0.2"]
    assert [len(group["runs"]) for group in live["groups"]] == [2, 2]
    first = rows(table(page, "results"))[0]
    assert first["Runs"]["text"] == "2"
    assert (
        first["Test accuracy"]["text"] == "0.944 ± 0.023" or "±" in first["Test accuracy"]["text"]
    )
    assert "Runs of different length" in texts(page)


@pytest.mark.parametrize("tab", ["Scatter", "Parallel coordinates"])
def test_pictures_say_who_is_missing(services: Yard, tab: str) -> None:
    ids = [*pair(services), story.launched(services, name="waits", training={"epochs": 9})]
    page = open_page("compare", runs=",".join(ids), tab=tab)
    assert len(page.get("plotly_chart")) == 1
    assert "not drawn: waits (1 run)" in texts(page)


def test_names_of_people_stay_text(services: Yard) -> None:
    ids = []
    for number in (1, 2):
        run = story.launched(services, name=HOSTILE[:78], training={"seed": number})
        story.finished(services, run)
        organise.tag(services, [run], [HOSTILE])
        ids.append(run)
    for tab in ("Results", "Settings", "Scatter", "Parallel coordinates"):
        page = open_page("compare", runs=",".join(ids), tab=tab)
        shown = "\n".join(
            str(element.value) for element in [*page.markdown, *page.caption, *page.button]
        )
        assert "<script" not in shown
        assert "![](" not in shown
        for figure in page.get("plotly_chart"):
            assert "<script" not in figure.proto.spec


def test_saving_labels_keeps_what_others_changed_meanwhile(services: Yard) -> None:
    run = story.launched(services, name="mine", training={"seed": 3})
    story.finished(services, run)
    page = open_page("run", "more", id=run)
    organise.tag(services, [run], ["theirs"])
    page.text_area(key=f"notes.{run}").set_value("first\nsecond")
    (save,) = [button for button in page.button if button.label == "Save"]
    shown = texts(settled(save.click().run()))
    assert '<p class="yard-written">first\nsecond</p>' in shown
    assert '<span class="yard-chip">theirs</span>' in shown
