"""All images of a data set at one size: what is learned from."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.data.cache import Pair
from engine.data.folders.archive import Damaged, opened
from engine.data.folders.facts import ORIGINAL
from engine.data.folders.index import read_index
from engine.data.folders.picture import Fit, pixels
from engine.data.tables.facts import Refused


def decode(folder: Path, size: int, channels: int, fit: Fit) -> Pair:
    """uint8 `(samples, channels * size * size)`, channel by channel, and labels `(samples,)`.

    Raises FileNotFoundError where the archive is not what it was when it was added.
    """
    places, labels = read_index(folder)
    inputs = np.empty((len(places), channels, size, size), dtype=np.uint8)
    try:
        with opened(folder / ORIGINAL) as archive:
            entries = archive.entries()
            for row, place in enumerate(places):
                entry = entries[place]
                found = pixels(entry.name, archive.read(entry), size, channels, fit)
                inputs[row] = found.transpose(2, 0, 1)
    except (Damaged, Refused, IndexError) as error:
        raise FileNotFoundError(
            f"the images at {folder} are damaged ({error}); add the archive again"
        ) from error
    return inputs.reshape(len(inputs), -1), labels
