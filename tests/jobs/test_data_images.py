"""`./trainyard data` and `launch` with a zip of images: kept like tables, trained on by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.data.folders import ImageFacts
from jobs.data_sets import Choices, DataSetError, DataSets, InUse
from jobs.home import Home
from tests.engine.zips import flowers, pack, picture
from tests.jobs.commands import trainyard
from tests.jobs.test_data_sets import launch, there

BROKEN = {"rose/bad.png": b"\x89PNG\r\n\x1a\n", "readme.md": b"hello"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that needs no Redis."""
    for name in ("TRAINYARD_DATABASE_URL", "TRAINYARD_STORE"):
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path / "home").create()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return pack(tmp_path / "flowers.zip", flowers(4))


def test_images_are_kept_with_their_archive(sets: DataSets, archive: Path) -> None:
    kept = sets.add(archive)
    assert (kept.name, kept.version, kept.format) == ("flowers", 1, "images")
    assert (kept.rows, kept.columns, kept.original) == (12, 3, True)
    assert isinstance(kept.facts, ImageFacts)
    assert sorted(path.name for path in kept.folder.iterdir()) == [
        *("facts.json", "images.parquet", "original", "thumbnails.npz")
    ]
    assert sets.original(kept).read_bytes() == archive.read_bytes()
    again = sets.add(archive)
    assert (again.version, again.digest) == (2, kept.digest)
    assert there(sets) == [kept.digest]
    with pytest.raises(DataSetError, match="flowers: these are images, not a table"):
        _ = kept.table


def test_what_is_refused_leaves_nothing(sets: DataSets, tmp_path: Path) -> None:
    bad = pack(tmp_path / "bad.zip", {"../rose/1.png": picture()})
    with pytest.raises(ValueError, match="leads out of the archive"):
        sets.add(bad)
    good = pack(tmp_path / "good.zip", flowers(2))
    with pytest.raises(DataSetError, match="These are images: columns"):
        sets.add(good, choices=Choices(drop=("a",)))
    assert there(sets) == []


def test_images_that_a_run_needs_are_not_deleted(sets: DataSets, archive: Path) -> None:
    kept = sets.add(archive)
    launch(sets, kept.digest, setting="images")
    with pytest.raises(InUse, match="flowers is needed by the run a run"):
        sets.delete(kept)


def test_the_command_says_what_was_found(place: Home, archive: Path) -> None:
    added = trainyard("data", "add", str(archive), home=place)
    assert (added.returncode, added.stderr) == (0, "")
    for part in ("12 images, 3 classes (12 PNG)", "12x10 to 12x10 pixels", "12 in colour, 0 grey"):
        assert part in added.stdout
    assert [line.split()[:2] for line in added.stdout.splitlines() if "█" in line] == [
        *(["iris", "4"], ["rose", "4"], ["tulip", "4"])
    ]
    listed = trainyard("data", "list", home=place).stdout.splitlines()[1]
    assert listed.split()[:6] == ["flowers", "1", "12", "images", "3", "classes"]
    shown = trainyard("data", "show", "flowers", home=place).stdout
    assert "12 images, 3 classes" in shown
    answer = json.loads(trainyard("data", "show", "flowers", "--json", home=place).stdout)
    assert answer["facts"]["classes"][0] == {"name": "iris", "images": 4, "parts": {}}
    profile = trainyard("data", "profile", "flowers", home=place)
    assert (profile.returncode, "are images, not a table" in profile.stderr) == (2, True)


def test_broken_images_are_left_out_only_when_that_is_accepted(place: Home, tmp_path: Path) -> None:
    path = pack(tmp_path / "flowers.zip", {**flowers(4), **BROKEN})
    refused = trainyard("data", "add", str(path), home=place)
    assert refused.returncode == 2
    assert '"rose/bad.png": it cannot be decoded (its header is damaged)' in refused.stderr
    assert "Nothing was kept" in refused.stderr
    assert "no images, left out: readme.md" in refused.stdout
    assert json.loads(trainyard("data", "list", "--json", home=place).stdout)["own"] == []
    accepted = trainyard("data", "add", str(path), "--yes", home=place)
    assert accepted.returncode == 0, accepted.stderr


def test_a_bad_archive_is_one_sentence(place: Home, tmp_path: Path) -> None:
    path = pack(tmp_path / "one.zip", {"rose/1.png": picture()})
    refused = trainyard("data", "add", str(path), home=place)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "with one class there is nothing to tell apart" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_run_names_images_as_people_do(place: Home, archive: Path) -> None:
    trainyard("data", "add", str(archive), home=place)
    words = ["data=image_folder", "data.size=8", "model=mlp", "training.batch_size=4"]
    unknown = trainyard("launch", *words, "data.images=roses", home=place)
    assert "There is no data set 'roses'" in unknown.stderr
    launched = trainyard("launch", *words, "data.images=flowers", "--json", home=place)
    assert launched.returncode == 0, launched.stderr
    digest = json.loads(trainyard("data", "list", "--json", home=place).stdout)["own"][0]["digest"]
    assert json.loads(launched.stdout)["config"]["data"]["images"] == digest
