"""The Data page with a zip of images, from the drop to the form that trains on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import services
from engine.data import ImageFolder
from jobs.data_sets import DataSet, DataSets
from jobs.data_sets.incoming import Incoming
from jobs.services import runs
from jobs.yard import Yard
from tests.dashboard.paging import fresh_services, open_page, settled, texts
from tests.engine.zips import flowers, pack, picture

SECONDS = 60.0


@pytest.fixture(autouse=True)
def opened(yard: Yard) -> Iterator[Yard]:
    with fresh_services():
        yield yard


def _read(yard: Yard, path: Path) -> AppTest:
    """The page of an archive that has arrived and been read."""
    content = path.read_bytes()
    with Incoming(yard.home.data).receiving(path.name, len(content)) as (upload_id, file):
        file.write(content)
    page = open_page("data", upload=upload_id)
    for look in list(services.attendants()._looks.values()):
        assert look.wait(SECONDS), "the file is not read"
    return settled(page.run())


def _stored(yard: Yard, folder: Path) -> DataSet:
    return DataSets.of(yard).add(pack(folder / "flowers.zip", flowers(4)))


def test_images_are_shown_before_they_are_kept(opened: Yard, tmp_path: Path) -> None:
    files = {**flowers(4), "rose/large.png": picture(size=(40, 30)), "rose/a<b>.png": b"x"}
    page = _read(opened, pack(tmp_path / "flowers.zip", {**files, "notes.md": b"hello"}))
    shown = texts(page).replace("\\", "")
    for part in (
        "13 images, 3 classes",
        "smallest 12 x 10, largest 40 x 30",
        "13 in colour",
        "1 image is not kept",
    ):
        assert part in shown
    assert "rose/a<b>.png: its bytes" in shown
    assert "its bytes are no image, whatever its name says" in shown
    assert "notes.md" in shown
    assert shown.count("data:image/jpeg;base64,") == 13
    assert "yard-bars" in shown
    button = page.button(key="keep")
    assert button.label == "Accept what is lost, and keep"
    button.click().run()
    kept = DataSets.of(opened).list()
    assert [(each.name, each.rows, each.columns) for each in kept] == [("flowers", 13, 3)]
    assert not list(opened.home.data.glob(".upload-*"))


def test_an_archive_that_is_refused_says_why(opened: Yard, tmp_path: Path) -> None:
    page = _read(opened, pack(tmp_path / "bad.zip", {"../rose/1.png": picture()}))
    assert "leads out of the archive" in texts(page)
    assert DataSets.of(opened).list() == []


def test_kept_images_are_listed_and_have_a_page(opened: Yard, tmp_path: Path) -> None:
    found = _stored(opened, tmp_path)
    listed = texts(open_page("data"))
    assert "12 images" in listed
    assert "3 classes" in listed
    page = open_page("data", id=found.id)
    shown = texts(page)
    assert "12 images, 3 classes" in shown
    assert shown.count("data:image/jpeg;base64,") == 12
    page.text_input(key="new_name").set_value("blossoms")
    settled(page.button(key="rename_now").click().run())
    assert DataSets.of(opened).get(found.id).name == "blossoms"
    page = open_page("data", id=found.id)
    page.button(key="delete_now").click().run()
    assert DataSets.of(opened).list() == []


def test_small_pictures_that_are_gone_do_not_take_the_page_along(
    opened: Yard, tmp_path: Path
) -> None:
    found = _stored(opened, tmp_path)
    (found.folder / "thumbnails.npz").unlink()
    shown = texts(open_page("data", id=found.id))
    assert "the small pictures cannot be read" in shown.replace("The small", "the small")
    assert "12 images, 3 classes" in shown


def test_the_form_learns_from_them_under_their_name(opened: Yard, tmp_path: Path) -> None:
    found = _stored(opened, tmp_path)
    page = open_page("launch", images=found.id)
    box = page.selectbox(key="data.image_folder.images")
    assert (box.value, "flowers, version 1" in box.options) == (found.digest, True)
    assert page.number_input(key="data.image_folder.size").value == 32
    page = settled(page.number_input(key="data.image_folder.size").set_value(16).run())
    small = settled(page.number_input(key="training.batch_size").set_value(4).run())
    page = settled(small.selectbox(key="model").set_value("mlp").run())
    settled(page.button(key="launch").click().run())
    (run,) = runs.list(opened)
    assert isinstance(run.config.data, ImageFolder)
    assert (run.config.data.images, run.config.data.size) == (found.digest, 16)
