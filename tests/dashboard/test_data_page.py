"""The Data page: files on their way in, what is said of them, what can be done with a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import services
from jobs.data_sets import DataSet, DataSets
from jobs.data_sets.incoming import Incoming
from jobs.yard import Yard
from tests.dashboard.paging import fresh_services, open_page, settled, texts

SECONDS = 60.0
PEOPLE = b"name,email,age\nAnn,ann@x.org,31\nBo,bo@x.org,\nCy,cy@x.org,45\n"
RAGGED = b"a,b\n1,2\n3,4,5\n"


@pytest.fixture(autouse=True)
def opened(yard: Yard) -> Iterator[Yard]:
    with fresh_services():
        yield yard


def _arrived(yard: Yard, name: str, content: bytes) -> str:
    with Incoming(yard.home.data).receiving(name, len(content)) as (upload_id, file):
        file.write(content)
    return upload_id


def _read(upload_id: str) -> AppTest:
    """The page of an upload that has been read."""
    page = open_page("data", upload=upload_id)
    for look in list(services.attendants()._looks.values()):
        assert look.wait(SECONDS), "the file is not read"
    return settled(page.run())


def _stored(yard: Yard, folder: Path, content: bytes = PEOPLE) -> DataSet:
    file = folder / "people.csv"
    file.write_bytes(content)
    return DataSets.of(yard).add(file)


def _button(page: AppTest, key: str) -> AppTest:
    return settled(page.button(key=key).click().run())


def test_an_empty_page_says_what_to_do_and_what_comes_along() -> None:
    shown = texts(open_page("data"))
    assert "Drop a file above" in shown
    assert "MNIST 5k" in shown
    assert "CC BY-SA 3.0" in shown


def test_a_file_is_read_named_and_kept(opened: Yard) -> None:
    upload_id = _arrived(opened, "people.csv", PEOPLE)
    page = _read(upload_id)
    shown = texts(page)
    assert "3 rows, 3 columns" in shown
    assert "email looks like e" in shown
    page.text_input(key=f"name.{upload_id}").set_value("folk")
    page = page.button(key="keep").click().run()
    kept = DataSets.of(opened).list()
    assert [(each.name, each.rows, each.original) for each in kept] == [("folk", 3, True)]
    assert Incoming(opened.home.data).find(upload_id) is None
    assert not list(opened.home.data.glob(".upload-*"))


def test_columns_that_are_left_out_never_reach_the_disk(opened: Yard) -> None:
    upload_id = _arrived(opened, "people.csv", PEOPLE)
    page = _read(upload_id)
    page = settled(page.multiselect(key=f"drop.{upload_id}").set_value(["email"]).run())
    page.multiselect(key=f"hash.{upload_id}").set_value(["name"])
    page = _button(settled(page.run()), "protect")
    page = _read_again(page)
    assert "3 rows, 2 columns" in texts(page)
    page.button(key="keep").click().run()
    (kept,) = DataSets.of(opened).list()
    assert (kept.dropped, kept.hashed) == (("email",), ("name",))
    stored = b"".join(each.read_bytes() for each in opened.home.data.rglob("*") if each.is_file())
    assert b"ann@x.org" not in stored
    assert b"Ann" not in stored


def _read_again(page: AppTest) -> AppTest:
    for look in list(services.attendants()._looks.values()):
        assert look.wait(SECONDS), "the file is not read"
    return settled(page.run())


def test_a_file_that_cannot_be_trusted_is_refused_with_its_line(opened: Yard) -> None:
    upload_id = _arrived(opened, "ragged.csv", RAGGED)
    page = _read(upload_id)
    shown = texts(page)
    assert "is not kept as it is" in shown
    assert "Line 3 has 3 cells" in shown
    assert not page.text_input
    _button(page, "leave")
    assert Incoming(opened.home.data).find(upload_id) is None


def test_a_name_is_told_to_be_wrong_and_nothing_is_lost(opened: Yard) -> None:
    upload_id = _arrived(opened, "people.csv", PEOPLE)
    page = _read(upload_id)
    page.text_input(key=f"name.{upload_id}").set_value("  ")
    page = _button(page, "keep")
    assert "needs a name" in texts(page)
    assert DataSets.of(opened).list() == []
    page.text_input(key=f"name.{upload_id}").set_value("now")
    page.button(key="keep").click().run()
    assert [each.name for each in DataSets.of(opened).list()] == ["now"]


def test_a_reader_that_died_with_the_table_in_its_hands_reads_again(opened: Yard) -> None:
    upload_id = _arrived(opened, "people.csv", PEOPLE)
    page = _read(upload_id)
    (look,) = services.attendants()._looks.values()
    look.end()
    look.thread.join(SECONDS)
    page = _read_again(settled(page.run()))
    page.button(key="keep").click().run()
    assert [each.name for each in DataSets.of(opened).list()] == ["people"]


def test_an_upload_that_is_gone_and_a_table_that_is_gone_are_sentences() -> None:
    assert "not here any more" in texts(open_page("data", upload="01ABC"))
    assert "not here any more" in texts(open_page("data", upload="../../etc"))
    assert "not here any more" in texts(open_page("data", id="01ABC"))


def test_a_table_is_measured_compared_and_trained_on(opened: Yard, tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},{'xy'[i % 2]},{i % 2}\n" for i in range(80))
    found = _stored(opened, tmp_path, b"size,kind,label\n" + rows.encode())
    page = _read_again(open_page("data", id=found.id))
    assert "80 rows, 3 columns" in texts(page)
    assert "yard-histogram" in texts(page) or "yard-bars" in texts(page)
    page = settled(page.selectbox(key=f"target.{found.id}").set_value("label").run())
    shown = texts(_read_again(page))
    assert "label is a class to predict" in shown
    assert "kind" in shown
    form = open_page("launch", table=found.id, target="label")
    assert form.selectbox(key="data.table.table").value == found.digest
    assert form.selectbox(key="data.table.target").value == "label"


def test_a_table_is_renamed_and_deleted(opened: Yard, tmp_path: Path) -> None:
    found = _stored(opened, tmp_path)
    page = open_page("data", id=found.id)
    page.text_input(key="new_name").set_value("folk")
    page = _button(page, "rename_now")
    assert DataSets.of(opened).get(found.id).name == "folk"
    page.button(key="delete_now").click().run()
    assert DataSets.of(opened).list() == []
    assert not list(opened.home.data.glob("[0-9a-f]*"))


def test_a_deleted_table_in_another_tab_is_a_sentence(opened: Yard, tmp_path: Path) -> None:
    found = _stored(opened, tmp_path)
    page = open_page("data", id=found.id)
    DataSets.of(opened).delete(found)
    page = settled(page.run())
    assert "not here any more" in texts(page)
