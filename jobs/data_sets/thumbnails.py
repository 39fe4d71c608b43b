"""Some images of each class, small, as a page shows them."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.data.folders.facts import THUMBNAILS

if TYPE_CHECKING:
    from PIL import Image

CLASSES = 24
OF_EACH = 6
QUALITY = 85


def thumbnails(folder: Path) -> list[list[str]]:
    """Of the first classes, in order: a few JPEGs each, in base64."""
    # With Pillow, which takes 0.1 s and is not needed to list data sets.
    from PIL import Image

    with np.load(folder / THUMBNAILS, allow_pickle=False) as kept:
        labels, pixels = kept["labels"], kept["pixels"]
    found = []
    for label in range(min(CLASSES, int(labels.max(initial=-1)) + 1)):
        rows = np.flatnonzero(labels == label)[:OF_EACH]
        found.append([_jpeg(Image.fromarray(pixels[row])) for row in rows])
    return found


def _jpeg(image: Image.Image) -> str:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=QUALITY)
    return base64.b64encode(stream.getvalue()).decode()
