"""`./trainyard data` and `launch` with texts: a zip of classes, a corpus, pairs of lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.data.lines import CorpusFacts, PairFacts
from jobs.data_sets import Choices, DataSetError, DataSets, InUse
from jobs.home import Home
from tests.engine.writings import mails, parallel, story
from tests.engine.zips import pack
from tests.jobs.commands import trainyard
from tests.jobs.test_data_sets import launch, there


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that needs no Redis."""
    for name in ("TRAINYARD_DATABASE_URL", "TRAINYARD_STORE"):
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path / "home").create()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """One of each kind."""
    (tmp_path / "story.txt").write_text(story())
    return {
        "texts": pack(tmp_path / "mails.zip", mails()),
        "corpus": tmp_path / "story.txt",
        "pairs": pack(tmp_path / "words.zip", parallel()),
    }


KEPT = {
    "texts": (60, 3, ["facts.json", "original", "table.parquet"]),
    "corpus": (400, len(story()), ["corpus.txt", "facts.json", "original"]),
    "pairs": (200, 2, ["facts.json", "original", "pairs.parquet"]),
}


@pytest.mark.parametrize("kind", KEPT)
def test_it_is_kept_with_its_file_renamed_and_deleted(
    kind: str, sets: DataSets, files: dict[str, Path]
) -> None:
    kept, path = sets.add(files[kind]), files[kind]
    rows, columns, names = KEPT[kind]
    assert (kept.name, kept.format, kept.rows, kept.columns) == (path.stem, kind, rows, columns)
    assert sorted(each.name for each in kept.folder.iterdir()) == names
    assert sets.original(kept).read_bytes() == path.read_bytes()
    again = sets.add(path)
    assert (again.version, again.digest) == (2, kept.digest)
    assert sets.rename(again, "other").name == "other"
    setting = "table" if kind == "texts" else kind
    launch(sets, kept.digest, setting=setting)
    with pytest.raises(InUse, match="is needed by the run a run"):
        sets.delete(kept)
    assert there(sets) == [kept.digest]


@pytest.mark.parametrize("kind", ["corpus", "pairs"])
def test_the_last_version_takes_its_folder_along(
    kind: str, sets: DataSets, files: dict[str, Path]
) -> None:
    sets.delete(sets.add(files[kind]))
    assert there(sets) == []


def test_what_is_chosen_of_columns_is_of_tables(sets: DataSets, files: dict[str, Path]) -> None:
    for kind, said in (("corpus", "This is a corpus"), ("pairs", "These are pairs of texts")):
        with pytest.raises(DataSetError, match=f"{said}: columns and dialects"):
            sets.add(files[kind], choices=Choices(drop=("a",)))
        with pytest.raises(DataSetError, match=f"{said.lower()}, not a table"):
            _ = sets.add(files[kind]).table
    with pytest.raises(DataSetError, match="dialects and types are chosen of tables alone"):
        sets.add(files["texts"], choices=Choices(kinds={"label": "text"}))
    dropped = sets.add(files["texts"], choices=Choices(drop=("file",)))
    assert ([each.name for each in dropped.table.columns], dropped.original) == (
        ["text", "label"],
        False,
    )


def test_the_same_file_read_as_something_else_is_other_data(sets: DataSets, tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"one {n}\teins {n}\n" for n in range(20)))
    table, pairs = sets.add(path), sets.add(path, choices=Choices(reading="pairs"))
    assert (table.format, pairs.format) == ("csv", "pairs")
    assert table.digest != pairs.digest
    assert isinstance(pairs.facts, PairFacts)


def said(home: Home, *words: str) -> Any:
    """The answer as JSON."""
    answer = trainyard(*words, "--json", home=home)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_a_corpus_is_added_shown_and_measured(place: Home, files: dict[str, Path]) -> None:
    added = trainyard("data", "add", str(files["corpus"]), home=place)
    assert (added.returncode, added.stderr) == (0, "")
    found = f"{len(story()):,} characters, {len(set(story()))} different, in 400 lines (utf-8)"
    assert found in added.stdout
    listed = trainyard("data", "list", home=place).stdout.splitlines()[1]
    assert listed.split()[:6] == ["story", "1", "400", "lines", f"{len(story()):,}", "characters"]
    shown = trainyard("data", "show", "story", "--rows", "2", home=place).stdout
    assert found in shown
    assert shown.endswith("".join(f"{line}\n" for line in story().splitlines()[:2]))
    profile = trainyard("data", "profile", "story", home=place).stdout
    assert "different words of" in profile
    assert "words a line" in profile
    assert "0 empty lines" in profile
    facts = CorpusFacts.model_validate(said(place, "data", "profile", "story"), strict=False)
    assert facts.text.words.distinct == 11
    aimed = trainyard("data", "profile", "story", "--target", "a", home=place)
    assert (aimed.returncode, "Only a table has columns" in aimed.stderr) == (2, True)


def test_pairs_are_added_shown_and_measured(place: Home, files: dict[str, Path]) -> None:
    added = trainyard("data", "add", str(files["pairs"]), home=place)
    assert (added.returncode, added.stderr) == (0, "")
    assert "200 pairs: train.de to train.en" in added.stdout
    listed = trainyard("data", "list", home=place).stdout.splitlines()[1]
    assert listed.split()[:4] == ["words", "1", "200", "pairs"]
    shown = said(place, "data", "show", "words", "--rows", "3")
    assert len(shown["first_lines"]) == 3
    german, english = shown["first_lines"][0]
    assert len(german.split()) == len(english.split())
    profile = trainyard("data", "profile", "words", home=place).stdout
    assert profile.count("different words of") == 2
    assert "of them equal to an earlier one" in profile


def test_pairs_with_an_empty_side_are_lost_only_when_that_is_accepted(
    place: Home, tmp_path: Path
) -> None:
    lines = "".join(f"one {n}\teins {n}\n" for n in range(20)) + "two\t\n"
    (tmp_path / "words.tsv").write_text(lines)
    add = ("data", "add", str(tmp_path / "words.tsv"), "--as", "pairs")
    refused = trainyard(*add, home=place)
    assert (refused.returncode, "1 pair has an empty side" in refused.stderr) == (2, True)
    accepted = trainyard(*add, "--yes", home=place)
    assert accepted.returncode == 0, accepted.stderr
    assert said(place, "data", "list")["own"][0]["rows"] == 20


def test_texts_that_do_not_align_are_one_sentence(place: Home, tmp_path: Path) -> None:
    path = pack(tmp_path / "t.zip", {"t.en": b"a\n" * 12, "t.de": b"b\n" * 11})
    refused = trainyard("data", "add", str(path), home=place)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert '"t.de" has 11 lines and "t.en" has 12 lines' in refused.stderr
    wrong = trainyard("data", "add", str(path), "--as", "song", home=place)
    assert "--as 'song' is not one of 'table' or 'corpus' or 'pairs'" in wrong.stderr


def test_texts_of_classes_are_a_table_with_words(place: Home, tmp_path: Path) -> None:
    path = pack(tmp_path / "mails.zip", {**mails(), "ham/empty.txt": b""})
    refused = trainyard("data", "add", str(path), home=place)
    assert '"ham/empty.txt" is not kept: it is empty' in refused.stderr
    added = trainyard("data", "add", str(path), "--yes", home=place)
    assert "60 rows, 3 columns (zip of text files)" in added.stdout
    profile = trainyard("data", "profile", "mails", "--target", "label", home=place).stdout
    assert "target label: a class to predict" in profile
    assert "16 different words of 480 in 60 texts" in profile


LAUNCHED = {
    "texts": (
        "data=table",
        "data.table=mails",
        "data.target=label",
        "data.text=text",
        "model=lstm",
    ),
    "corpus": ("data=corpus", "data.corpus=story", "model=gpt", "data.context=16"),
    "pairs": ("data=pairs", "data.pairs=words", "model=seq2seq"),
}


@pytest.mark.parametrize("kind", LAUNCHED)
def test_a_run_names_them_as_people_do(kind: str, place: Home, files: dict[str, Path]) -> None:
    trainyard("data", "add", str(files[kind]), home=place)
    words = ("launch", *LAUNCHED[kind], "training.batch_size=8")
    setting = "table" if kind == "texts" else kind
    unknown = trainyard(*words, f"data.{setting}=gone", home=place)
    assert "There is no data set 'gone'" in unknown.stderr
    config = said(place, *words)["config"]
    digest = said(place, "data", "list")["own"][0]["digest"]
    assert config["data"][setting] == digest
