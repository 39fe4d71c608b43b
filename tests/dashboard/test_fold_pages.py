"""A cross-validation on the pages: before it, while it trains, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest

from dashboard.live.snapshot import room
from dashboard.live.tail import Told, points, progress
from dashboard.services import inspector
from engine.presets import PRESETS
from engine.settings.command import override
from jobs.events import Record
from jobs.yard import Yard
from tests.dashboard import folding, story
from tests.dashboard.paging import fresh_yard, open_page, settled, texts

SECONDS = 60.0
"""for the helper to import torch"""


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_yard():
        yield yard


def told(yard: Yard, events: Sequence[Record], name: str = "") -> str:
    run = story.launched(yard, name=name, **folding.SETTINGS)
    story.tell(yard, run, events)
    return run


def test_the_tests_of_all_folds_stand_over_their_mean_and_deviation(services: Yard) -> None:
    run = told(services, folding.finished())
    shown = texts(open_page("run", id=run))
    assert "Test of each fold" in shown
    for fold, accuracy in ((1, "0.9200"), (2, "0.9400"), (3, "0.9600")):
        row = shown[shown.index(f'<td class="">{fold}</td>') :]
        assert accuracy in row[: row.index("</tr>")]
    assert '<td class="strong number">0.94 ± 0.02</td>' in shown
    assert "sample standard deviation over the folds (divided by 3 - 1)" in shown
    assert "3 folds" in shown


def test_each_fold_can_be_looked_at(services: Yard) -> None:
    run = told(services, folding.finished())
    page = open_page("run", id=run)
    assert page.button_group(key="fold").value == 1
    assert '<td class="strong number">0.9200</td>' in texts(page)
    settled(page.button_group(key="fold").set_value(3).run())
    assert '<td class="strong number">0.9600</td>' in texts(page)
    direct = open_page("run", id=run, fold="Fold 2")
    assert '<td class="strong number">0.9400</td>' in texts(direct)


def test_in_the_first_fold_nothing_is_said_of_others(services: Yard) -> None:
    events = folding.trained(1)
    run = told(services, events[:4])
    shown = texts(open_page("run", id=run))
    assert "Test of each fold" not in shown
    assert "0.9000" in shown


def test_with_one_fold_done_the_mean_is_still_to_come(services: Yard) -> None:
    run = told(services, [*folding.trained(1), *folding.begun(2), folding.steps(2, 1, 5)])
    shown = texts(open_page("run", id=run))
    assert "1 of 3 folds are tested" in shown
    assert "Mean ± deviation" not in shown


def test_lists_and_comparisons_show_mean_and_deviation(services: Yard) -> None:
    folds = told(services, folding.finished(), "folds")
    single = story.launched(services, name="single")
    story.finished(services, single)
    page = open_page("runs")
    tables = [json.loads(found.proto.json) for found in page.get("bidi_component")]
    (rows,) = [each["runs"] for each in tables if "spark" in str(each)]
    row = next(row for row in rows if row["id"] == folds)
    assert row["best"] == "0.94 ± 0.02"
    assert row["best_name"] == "accuracy over folds"
    assert row["steps"] == "fold 3 of 3, step 120 of 120"
    assert len(row["spark"]) > 10
    shown = open_page("compare", runs=f"{folds},{single}").get("bidi_component")
    (numbers,) = [found for each in shown if "columns" in (found := json.loads(each.proto.json))]
    said = {cell["text"] for row in numbers["rows"] for cell in row}
    assert {"0.94 ± 0.02", "0.9760"} <= said


def test_the_form_says_how_many_trainings_folds_make() -> None:
    page = open_page("launch", preset="digits_mlp")
    assert "trainings" not in texts(page)
    # The helper has counted before the page asks, so that the forecast is whole.
    whole = override(PRESETS["digits_mlp"], ["data.split.folds=5"])
    assert inspector().ask(whole, SECONDS) is not None
    settled(page.toggle(key="data.digits.split.folds.on").set_value(True).run())
    shown = texts(page).replace("\\", "")
    assert "5 trainings, one after the other" in shown
    assert "5, one a fold" in shown
    assert "5 x " in shown
    settled(page.toggle(key="data.digits.split.fold.on").set_value(True).run())
    shown = texts(page).replace("\\", "")
    assert "One training: fold 1 of 5 is its test part." in shown
    assert "one a fold" not in shown


def test_the_live_charts_get_each_folds_points_over_its_own_steps() -> None:
    batch = [Told((1, n), event) for n, event in enumerate(folding.trained(2), 1)]
    found = points(batch)
    assert "train/loss" not in found
    assert found["fold 2/train/loss"].steps.tolist() == list(range(1, folding.STEPS + 1))
    assert found["fold 2/validation/accuracy"].steps.tolist() == [20, 40]
    where = progress(batch)
    assert (where["step"], where["epoch"], where["fold"]) == (80, 2, 2)


def test_many_folds_share_the_room_of_ten() -> None:
    assert [room(700, folds) for folds in (0, 1, 10, 20, 1000)] == [700, 700, 700, 350, 50]
