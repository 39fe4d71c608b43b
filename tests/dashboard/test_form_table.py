"""A table of one's own in the form: tables and columns to choose from, sentences beside them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.services import inspector
from engine.data import OwnTable
from engine.data.tables.place import own_data_folder
from jobs.history import data_sets
from jobs.ids import new_id
from jobs.services import runs
from jobs.yard import Yard
from tests.dashboard.paging import fresh_services, open_page, settled, texts
from tests.engine.own_tables import built_in, store

SECONDS = 60.0
T = "data.table"


@pytest.fixture(autouse=True)
def services(yard: Yard) -> Iterator[Yard]:
    with fresh_services():
        yield yard


def _cells() -> dict[str, list[Any]]:
    cells = built_in("iris")
    names = ("setosa", "versicolor", "virginica")
    return {
        **{name: cells[name] for name in ("c0", "c1", "c2", "c3")},
        "species": [names[number] for number in cells["target"]],
    }


def _put(page: AppTest, field: str, value: Any) -> AppTest:
    return settled(page.selectbox(key=f"{T}.{field}").set_value(value).run())


def _said(page: AppTest) -> list[str]:
    return [caption.value for caption in page.caption if ":red[" in caption.value]


def _opened() -> AppTest:
    page = open_page("launch", preset="iris_mlp")
    return settled(page.selectbox(key="data").set_value("table").run())


def _with(cells: dict[str, list[Any]]) -> AppTest:
    digest = store(cells)
    return _put(_opened(), "table", digest)


def _row(yard: Yard, digest: str) -> None:
    """The table gets a name; a table without one is as if just deleted."""
    row = {"id": new_id(), "name": "flowers", "version": 1, "digest": digest, "bytes": 1}
    more = {"file_name": "a.csv", "created": 0.0, "format": "csv", "rows": 150, "columns": 5}
    with yard.history.writing() as connection:
        data_sets.add(connection, {**row, **more, "dropped": "[]", "hashed": "[]"})


def test_a_table_that_is_deleted_while_launch_is_pressed_is_said(services: Yard) -> None:
    page = _put(_with(_cells()), "target", "species")
    page = settled(page.button(key="launch").click().run())
    assert runs.list(services) == []
    assert "Nothing was launched" in texts(page)
    assert "has just been deleted; choose another one" in texts(page)
    assert page.selectbox(key=f"{T}.target").value == "species"


def test_from_a_stored_table_to_a_run(services: Yard) -> None:
    digest = store(_cells())
    _row(services, digest)
    page = _opened()
    assert "No table is chosen" in "\n".join(_said(page))
    assert page.button(key="launch").disabled
    assert any("flowers" in name for name in page.selectbox(key=f"{T}.table").options)
    page = _put(page, "table", digest)
    assert "Name the column that is to be predicted" in "\n".join(_said(page))
    assert "species · text" in page.selectbox(key=f"{T}.target").options
    page = _put(page, "target", "species")
    assert _said(page) == []
    page = settled(page.multiselect(key=f"{T}.features").set_value(["c2", "c3"]).run())
    page = settled(page.button(key="launch").click().run())
    (run,) = runs.list(services)
    data = run.config.data
    assert isinstance(data, OwnTable)
    assert (data.table, data.target, data.features) == (digest, "species", ["c2", "c3"])
    assert inspector().ask(run.config, SECONDS) is not None


def test_a_number_as_target_brings_a_model_that_predicts_one() -> None:
    page = _put(_with(_cells()), "target", "c1")
    assert page.selectbox(key="model").options == ["Linear regression", "MLP"]
    assert _said(page) == []


def test_a_text_brings_the_models_of_texts() -> None:
    cells = {
        "text": [f"a long text, number {n}" for n in range(200)],
        "kind": [("good", "bad")[n % 2] for n in range(200)],
    }
    page = _put(_with(cells), "target", "kind")
    assert any("name a text in data\\.text" in said for said in _said(page))
    page = _put(page, "text", "text")
    assert _said(page) == []
    assert "Transformer" in " ".join(page.selectbox(key="model").options)


def test_another_table_and_a_deleted_one_are_said_beside_their_widgets() -> None:
    page = _put(_with(_cells()), "target", "species")
    other = store({"a": [*range(50)], "specied": [("x", "y")[n % 2] for n in range(50)]})
    page = _put(settled(page.run()), "table", other)
    said = [c for c in _said(page) if "did you mean specied" in c]
    assert len(said) == 1
    assert page.selectbox(key=f"{T}.target").value == "species"
    shutil.rmtree(own_data_folder() / other)
    page = settled(page.run())
    assert "The table was deleted" in "\n".join(_said(page))
    assert page.button(key="launch").disabled


def test_the_rest_of_the_form_is_there_before_a_table_is_chosen() -> None:
    page = _opened()
    assert page.selectbox(key="model").value == "mlp"
    assert "Own table · tables" in " ".join(page.selectbox(key="data").options)
    assert "once the form is right" in texts(page)
