"""The published sets of images that no package carries: fetched once, then kept on the machine."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.augmentation import Augmentation
from engine.data.builtin import Scaling
from engine.data.cache import Pair
from engine.data.card import Card
from engine.data.fetch import Remote, fetched
from engine.data.published import Published

MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist"
FASHION_URL = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion"
IDX_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
MNIST_SHA256 = (
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
)
FASHION_SHA256 = (
    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
)
CIFAR = Remote(
    "cifar10/cifar-10-binary.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
)
CIFAR_FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")


class FullMnist(Published):
    """The 70,000 handwritten digits of MNIST, 28x28 pixels. Fetched from the internet once (12 MB).

    Good networks reach an accuracy of 0.99 and more.
    """

    title: ClassVar[str] = "MNIST 70k (download)"
    kind: Literal["mnist_full"] = "mnist_full"
    augmentation: Augmentation = Augmentation(shift=2, rotation=10, zoom=0.1)
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="image",
        samples=70_000,
        shape=(1, 28, 28),
        classes=tuple("0123456789"),
        source="LeCun, Cortes and Burges, MNIST",
        licence="CC BY-SA 3.0",
    )

    def _parse(self) -> Pair:
        return _read_idx_set("mnist", MNIST_URL, MNIST_SHA256)


class FashionMnist(Published):
    """70,000 grey pictures of clothes, 28x28 pixels, 10 kinds. Fetched from the internet once
    (30 MB). Harder than digits: good networks reach 0.93.
    """

    title: ClassVar[str] = "Fashion-MNIST (download)"
    kind: Literal["fashion_mnist"] = "fashion_mnist"
    augmentation: Augmentation = Augmentation(shift=2, flip=True)
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="image",
        samples=70_000,
        shape=(1, 28, 28),
        classes=(
            "T-shirt",
            "trousers",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ),
        source="Zalando Research, Fashion-MNIST",
        licence="MIT",
    )

    def _parse(self) -> Pair:
        return _read_idx_set("fashion_mnist", FASHION_URL, FASHION_SHA256)


class Cifar10(Published):
    """60,000 colour photographs of 32x32 pixels, 10 kinds of animals and vehicles. Fetched from
    the internet once (170 MB).
    """

    title: ClassVar[str] = "CIFAR-10 (download)"
    kind: Literal["cifar10"] = "cifar10"
    scaling: Scaling = "standard"
    augmentation: Augmentation = Augmentation(shift=4, flip=True)
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="image",
        samples=60_000,
        shape=(3, 32, 32),
        classes=(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        source="Krizhevsky, CIFAR-10",
        licence="none stated; free for research",
    )

    def _parse(self) -> Pair:
        return read_cifar(fetched(CIFAR))


def _read_idx_set(folder: str, url: str, hashes: tuple[str, ...]) -> Pair:
    """Training images before test images: uint8 `(70000, 784)`, labels `(70000,)`."""
    paths = [
        fetched(Remote(f"{folder}/{name}", f"{url}/{name}", sha256))
        for name, sha256 in zip(IDX_NAMES, hashes, strict=True)
    ]
    images, labels, test_images, test_labels = (read_idx(path) for path in paths)
    pixels = np.concatenate([images, test_images])
    return pixels.reshape(len(pixels), -1), np.concatenate([labels, test_labels])


def read_idx(path: Path) -> NDArray[np.uint8]:
    """A gzipped IDX file of bytes: two zeros, type 8, number of sides, sides as big-endian."""
    content = gzip.decompress(path.read_bytes())
    sides = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(sides)).reshape(sides)


def read_cifar(path: Path) -> Pair:
    """The binary version: a byte for the class, then 32x32 of red, of green, of blue."""
    with tarfile.open(path) as archive:
        files = [archive.extractfile(f"cifar-10-batches-bin/{name}") for name in CIFAR_FILES]
        content = b"".join(file.read() for file in files if file)
    records = np.frombuffer(content, np.uint8).reshape(-1, 3073)
    return np.ascontiguousarray(records[:, 1:]), records[:, 0].copy()
