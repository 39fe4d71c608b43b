"""`data=image_folder`: what is learned from, how it is divided, and every image model on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.config import RunConfig, Training
from engine.data import ImageFolder
from engine.data.cache import cached_file
from engine.data.folders import read_images
from engine.data.folders.facts import ORIGINAL
from engine.data.own.taken import taken_in
from engine.data.split import Split
from engine.data.tables.place import own_data_folder
from engine.events import Evaluation, Finished, Started
from engine.models import Mlp
from engine.problem import SettingsError
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train
from tests.engine.small import PROJECT
from tests.engine.zips import flowers, pack, picture

WORDS = ["hardware.device=cpu", "hardware.threads=1", "training.batch_size=16"]
DIGEST = "ab" * 32


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images of this test alone."""
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path))
    monkeypatch.delenv("TRAINYARD_STORE", raising=False)


def store(files: dict[str, bytes]) -> str:
    """Puts an archive of these files into the folder of own data, as `data add` does."""
    folder = own_data_folder() / DIGEST
    folder.mkdir(parents=True)
    read_images(pack(folder / ORIGINAL, files), folder)
    return DIGEST


def given(**sizes: int) -> dict[str, bytes]:
    """So many flowers of each class in each part."""
    return {k: v for part, n in sizes.items() for k, v in flowers(n, f"{part}/").items()}


def test_the_card_says_what_is_prepared() -> None:
    data = ImageFolder(images=store(flowers(10)), size=16)
    assert said(data) == []
    assert (data.card.samples, data.card.shape) == (30, (3, 16, 16))
    assert data.card.classes == ("iris", "rose", "tulip")
    prepared = data.prepare()
    assert prepared.card == data.card
    assert prepared.samples == data.sizes() == {"train": 22, "validation": 4, "test": 4}
    assert data.labels().tolist() == [0] * 10 + [1] * 10 + [2] * 10
    assert data.offers()["images"] == {DIGEST: f"{DIGEST[:8]} · 30 images, 3 classes"}


def test_scales_are_those_of_the_training_part_alone() -> None:
    data = ImageFolder(images=store(given(train=8, test=4)), size=8, split=Split(validation=0))
    raw, prepared = data.load(), data.prepare()
    train = raw.inputs[prepared.parts["train"].places]
    for part in ("train", "test"):
        expected = (raw.inputs[prepared.parts[part].places] - train.mean()) / train.std()
        assert np.allclose(prepared.parts[part].inputs[0], expected, atol=1e-4)


def test_a_given_division_is_kept_and_what_is_not_given_is_drawn() -> None:
    images = store(given(train=8, test=3))
    data = ImageFolder(images=images, size=8, split=Split(validation=0.25))
    prepared = data.prepare()
    assert prepared.samples == data.sizes() == {"train": 18, "validation": 6, "test": 9}
    assert prepared.parts["test"].places.tolist() == list(range(24, 33))
    assert np.bincount(prepared.parts["validation"].targets).tolist() == [2, 2, 2]
    assert prepared.told["parts"] == "given: train, test of the archive"
    drawn = data.model_copy(update={"parts": "drawn"}).prepare()
    assert drawn.samples == {"train": 20, "validation": 8, "test": 5}
    assert drawn.parts["test"].places.tolist() != list(range(24, 33))


def test_all_parts_given_and_a_limit() -> None:
    data = ImageFolder(images=store(given(train=8, val=4, test=4)), size=8, limit=24)
    prepared = data.prepare()
    assert prepared.samples == data.sizes()
    assert sum(prepared.samples.values()) == 24
    every = np.concatenate([part.places for part in prepared.parts.values()])
    assert len(set(every.tolist())) == 24
    assert set(prepared.parts["test"].places.tolist()) <= set(range(36, 48))


def test_grey_and_colour() -> None:
    data = ImageFolder(images=store(flowers(4)), size=8)
    grey, colour = (data.model_copy(update={"channels": each}) for each in ("grey", "colour"))
    assert grey.load().inputs.shape == (12, 1, 8, 8)
    assert colour.load().inputs.shape == data.load().inputs.shape == (12, 3, 8, 8)
    assert not np.array_equal(grey.load().inputs[:, 0], colour.load().inputs[:, 0])


def test_decoded_images_are_remembered() -> None:
    data = ImageFolder(images=store(flowers(4)), size=8)
    before = data.load().inputs
    (own_data_folder() / DIGEST / ORIGINAL).unlink()
    assert cached_file(data._cache_key()).is_file()
    assert np.array_equal(data.load().inputs, before)


def test_an_archive_that_is_gone_or_changed_is_a_sentence() -> None:
    data = ImageFolder(images=store(flowers(4)), size=8)
    pack(own_data_folder() / DIGEST / ORIGINAL, flowers(1))
    with pytest.raises(FileNotFoundError, match=r"are damaged .* add the archive again"):
        data.load()
    shutil.rmtree(own_data_folder() / DIGEST)
    with pytest.raises(FileNotFoundError, match="not on this machine; choose others"):
        data.load()


def said(data: ImageFolder) -> list[tuple[str, str]]:
    config = RunConfig(data=data, model=Mlp(), training=Training(batch_size=8))
    return [(each.path, each.message) for each in problems(config)]


def test_what_is_wrong_is_said_before_anything_runs() -> None:
    assert "no images are chosen; add a zip" in said(ImageFolder())[0][1]
    assert "a.zip are no stored images" in said(ImageFolder(images="a.zip"))[0][1]
    assert "the images were deleted" in said(ImageFolder(images="cd" * 32))[0][1]
    images = store({**flowers(40), "daisy/1.png": picture(seed=9), "daisy/2.png": picture()})
    large = ImageFolder(images=images, size=1024).model_copy(update={"size": 1_500})
    assert any("do not fit into memory" in each for _, each in said(large))
    shift = ImageFolder(images=images, size=8)
    wide = shift.model_copy(
        update={"augmentation": shift.augmentation.model_copy(update={"shift": 8})}
    )
    assert said(wide)[0][0] == "data.augmentation.shift"


def test_a_class_of_one_image_is_said() -> None:
    data = ImageFolder(images=store({**flowers(10), "daisy/1.png": picture()}))
    assert (said(data)[0][0], said(data)[0][1][:29]) == (
        "data.images",
        "the class daisy has one image",
    )


@pytest.mark.parametrize("model", ["mlp", "cnn", "vgg", "resnet", "logistic_regression"])
def test_every_image_model_learns_it(model: str) -> None:
    images = store(flowers(20))
    words = ["data=image_folder", f"data.images={images}", f"model={model}", "training.epochs=4"]
    augmented = ["data.augmentation.flip=true", "data.augmentation.shift=2"]
    events = list(train(override(RunConfig(), [*words, *augmented, *WORDS])))
    started = next(each for each in events if isinstance(each, Started))
    assert started.choices["images"] == "60: all of them"
    assert started.choices["size"] == "32x32 colour: crop"
    test = [each for each in events if isinstance(each, Evaluation) and each.split == "test"][-1]
    assert isinstance(events[-1], Finished)
    assert test.metrics["loss"] < 3
    assert test.worst[0].pixels


def test_a_file_is_taken_in_once_and_by_its_content(tmp_path: Path) -> None:
    path = pack(tmp_path / "flowers.zip", {**flowers(6), "rose/x.png": b"\x89PNG\r\n\x1a\n"})
    config = override(RunConfig(), ["data=image_folder", f"data.images={path}", "data.size=8"])
    found = taken_in(config).data
    assert isinstance(found, ImageFolder)
    assert len(found.images) == 64
    assert taken_in(config).data == found
    path.unlink()
    assert len(found.prepare().parts["train"]) == 12
    assert found.prepare().told["images"] == (
        "18: left out: 1 that cannot be read or have no class"
    )
    assert found.offers()["images"] == {}


def test_a_file_that_is_none_is_a_sentence_at_its_setting(tmp_path: Path) -> None:
    config = override(RunConfig(), ["data=image_folder", f"data.images={tmp_path}/a.zip"])
    with pytest.raises(SettingsError, match=r"data.images: there is no file .*a\.zip"):
        taken_in(config)
    pack(tmp_path / "a.zip", {"rose/1.png": picture()})
    with pytest.raises(SettingsError, match=r"data.images: a\.zip: All images lie in the folder"):
        taken_in(config)
    (tmp_path / "a.zip").write_text("a,b\n1,2\n")
    with pytest.raises(SettingsError, match=r"data.images: a\.zip: This is no zip archive"):
        taken_in(config)


@pytest.mark.slow
def test_the_engine_alone_takes_a_zip(tmp_path: Path) -> None:
    pack(tmp_path / "flowers.zip", flowers(10))
    words = ["data=image_folder", "data.images=./flowers.zip", "model=mlp", "training.epochs=1"]
    done = subprocess.run(
        [sys.executable, "-m", "engine", *words, *WORDS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"kind":"finished"' in done.stdout.splitlines()[-1].replace(" ", "")
