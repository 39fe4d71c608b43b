"""The Data page with texts: a zip of classes, a corpus, pairs; from the drop to the form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import services
from jobs.data_sets import DataSets
from jobs.data_sets.incoming import Incoming
from jobs.yard import Yard
from tests.dashboard.paging import fresh_services, open_page, settled, texts
from tests.engine.writings import mails, parallel, story
from tests.engine.zips import pack

SECONDS = 60.0


@pytest.fixture(autouse=True)
def opened(yard: Yard) -> Iterator[Yard]:
    with fresh_services():
        yield yard


def _looked(page: AppTest) -> AppTest:
    for look in list(services.attendants()._looks.values()):
        assert look.wait(SECONDS), "the file is not read"
    return settled(page.run())


def _read(yard: Yard, path: Path) -> tuple[AppTest, str]:
    """The page of a file that has arrived and been read, and the file's id."""
    content = path.read_bytes()
    with Incoming(yard.home.data).receiving(path.name, len(content)) as (upload_id, file):
        file.write(content)
    return _looked(open_page("data", upload=upload_id)), upload_id


def _shown(page: AppTest) -> str:
    return texts(page).replace("\\", "")


def test_a_corpus_is_shown_kept_and_trained_on(opened: Yard, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text(story() + "<b>bold</b>\n")
    page, _ = _read(opened, path)
    shown = _shown(page)
    for part in ("401 lines", "different characters, utf-8", "13 different words", "yard-bars"):
        assert part in shown
    assert story().splitlines()[0] in shown
    button = page.button(key="keep")
    assert button.label == "Keep this corpus"
    button.click().run()
    (kept,) = DataSets.of(opened).list()
    assert "characters" in texts(open_page("data"))
    page = open_page("data", id=kept.id)
    assert "How it begins" in texts(page)
    assert "<b>bold" not in texts(page)
    form = open_page("launch", corpus=kept.id)
    assert form.selectbox(key="data.corpus.corpus").value == kept.digest
    assert "story, version 1" in form.selectbox(key="data.corpus.corpus").options
    assert form.selectbox(key="model").value == "gpt"


def test_a_corpus_may_be_read_as_a_table(opened: Yard, tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("".join(f"name {n} of many\n" for n in range(40)))
    page, upload_id = _read(opened, path)
    assert "40 lines" in _shown(page)
    page.segmented_control(key=f"what.{upload_id}").set_value("table")
    page = _looked(settled(page.button(key="again").click().run()))
    assert "rows, 1 columns" in _shown(page)
    page.button(key="keep").click().run()
    assert [each.format for each in DataSets.of(opened).list()] == ["csv"]


def test_pairs_are_shown_kept_and_trained_on(opened: Yard, tmp_path: Path) -> None:
    page, _ = _read(opened, pack(tmp_path / "words.zip", parallel()))
    shown = _shown(page)
    assert "200 pairs" in shown
    assert "train.de to train.en" in shown
    assert "First pairs" in shown
    page.button(key="keep").click().run()
    (kept,) = DataSets.of(opened).list()
    assert "200 pairs" in texts(open_page("data"))
    assert "First pairs" in texts(open_page("data", id=kept.id))
    form = open_page("launch", pairs=kept.id)
    assert form.selectbox(key="data.pairs.pairs").value == kept.digest
    assert form.selectbox(key="model").value == "seq2seq"


def test_a_table_of_two_columns_may_be_read_as_pairs(opened: Yard, tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("".join(f"one {n}\teins {n}\n" for n in range(20)) + "two\t\n")
    page, upload_id = _read(opened, path)
    page.segmented_control(key=f"what.{upload_id}").set_value("pairs")
    page = _looked(settled(page.button(key="again").click().run()))
    shown = _shown(page)
    assert "20 pairs" in shown
    assert "1 pair is not kept" in shown
    assert page.button(key="keep").label == "Accept what is lost, and keep"


def test_texts_that_do_not_align_say_why(opened: Yard, tmp_path: Path) -> None:
    path = pack(tmp_path / "t.zip", {"t.en": b"a\n" * 12, "t.de": b"b\n" * 11})
    page, _ = _read(opened, path)
    assert '"t.de" has 11 lines and "t.en" has 12 lines' in _shown(page)
    assert DataSets.of(opened).list() == []


def test_texts_of_classes_become_a_table_and_the_form_reads_them(
    opened: Yard, tmp_path: Path
) -> None:
    page, _ = _read(opened, pack(tmp_path / "mails.zip", mails()))
    shown = _shown(page)
    assert "60 rows, 3 columns" in shown
    assert "zip of text files" in shown
    button = page.button(key="keep")
    assert button.label == "Keep these texts"
    button.click().run()
    (kept,) = DataSets.of(opened).list()
    page = _looked(open_page("data", id=kept.id))
    assert "16 different words" in _shown(page)
    form = open_page("launch", table=kept.id, target="label", text="text")
    assert form.selectbox(key="data.table.text").value == "text"
    assert form.selectbox(key="data.table.target").value == "label"
    assert form.selectbox(key="model").value in ("rnn", "lstm")


def test_lines_that_are_gone_do_not_take_the_page_along(opened: Yard, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text(story())
    kept = DataSets.of(opened).add(path)
    (kept.folder / "corpus.txt").unlink()
    shown = _shown(open_page("data", id=kept.id))
    assert "he lines cannot be read" in shown
    assert "400 lines" in shown
