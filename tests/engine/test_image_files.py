"""Published sets of images, read from real files of their formats that the tests write."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from engine.config import RunConfig, Training
from engine.data import Cifar10, Digits, FashionMnist, FullMnist, Mnist
from engine.data.cache import cached
from engine.data.image_files import CIFAR_FILES, read_cifar, read_idx
from engine.data.published import Published
from engine.data.split import Split
from engine.problem import SettingsError
from engine.settings.check import problems
from engine.train import train
from tests.engine.small import small


def test_idx_files_are_read_with_their_sides(tmp_path: Path) -> None:
    images = Mnist().load().inputs[:7].astype(np.uint8).reshape(7, 28, 28)
    header = bytes([0, 0, 8, 3]) + struct.pack(">III", 7, 28, 28)
    (tmp_path / "images.gz").write_bytes(gzip.compress(header + images.tobytes()))
    assert np.array_equal(read_idx(tmp_path / "images.gz"), images)
    labels = np.arange(7, dtype=np.uint8)
    header = bytes([0, 0, 8, 1]) + struct.pack(">I", 7)
    (tmp_path / "labels.gz").write_bytes(gzip.compress(header + labels.tobytes()))
    assert read_idx(tmp_path / "labels.gz").tolist() == labels.tolist()


def test_cifar_is_read_in_the_order_of_its_files(tmp_path: Path) -> None:
    pixels = np.arange(6 * 2 * 3072).astype(np.uint8).reshape(6, 2, 3072)
    with tarfile.open(tmp_path / "cifar.tar.gz", "w:gz") as archive:
        for number in reversed(range(6)):
            record = np.column_stack([[number, 9 - number], pixels[number]]).astype(np.uint8)
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{CIFAR_FILES[number]}")
            member.size = record.size
            archive.addfile(member, io.BytesIO(record.tobytes()))
    inputs, labels = read_cifar(tmp_path / "cifar.tar.gz")
    assert labels.tolist() == [0, 9, 1, 8, 2, 7, 3, 6, 4, 5, 5, 4]
    assert np.array_equal(inputs, pixels.reshape(12, 3072))


@pytest.mark.parametrize("data", [FullMnist(), FashionMnist(), Cifar10()], ids=lambda d: d.kind)
def test_without_the_internet_a_sentence_says_what_to_do(
    data: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path))
    monkeypatch.delenv("TRAINYARD_DATA", raising=False)
    # A proxy that refuses stands for a machine without internet, also where there is one.
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    config = small("model=mlp").model_copy(update={"data": data})
    with pytest.raises(SettingsError, match=r"is not on this machine.*connect to the internet"):
        next(train(config))


@pytest.mark.parametrize("limit", [None, 5000])
def test_the_published_test_part_is_the_test_part(limit: int | None) -> None:
    data = Cifar10(limit=limit, split=Split(validation=0.1, seed=3))
    rows = np.arange(60_000) if limit is None else np.random.default_rng(0).permutation(60_000)
    rows = rows[:limit]
    parts = data.divide(rows, (rows % 10).astype(np.int64))
    assert (rows[parts["test"]] >= 50_000).all()
    assert (rows[parts["train"]] < 50_000).all()
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(len(rows)))
    if limit is None:
        assert data.sizes() == {name: len(part) for name, part in parts.items()}
        assert data.sizes() == {"train": 45_000, "validation": 5_000, "test": 10_000}


def test_a_drawn_test_part_is_the_share_of_the_split() -> None:
    data = FashionMnist(test_part="drawn", split=Split(test=0.2, validation=0.1))
    assert data.sizes() == {"train": 49_000, "validation": 7_000, "test": 14_000}
    assert Digits().sizes() == Split().sizes(1797)


def test_a_check_downloads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form asks at every keystroke whether the classes of a limit suffice."""
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path))
    data = Cifar10(limit=12)
    assert not problems(RunConfig(data=data, training=Training(batch_size=2)))
    labels = np.arange(60_000, dtype=np.uint8) % 10
    cached("cifar10-v1", lambda: (np.zeros((60_000, 1), dtype=np.uint8), labels))
    assert np.array_equal(data.labels(), labels)
    (problem,) = problems(
        RunConfig(data=data.model_copy(update={"limit": 13}), training=Training(batch_size=2))
    )
    assert problem.path == "data.limit"
    assert "a class needs at least 2" in problem.message
