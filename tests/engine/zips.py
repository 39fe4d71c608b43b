"""Zips of images for tests: real ones, made by Pillow."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Colour = tuple[int, int, int]
COLOURS: dict[str, Colour] = {"rose": (200, 30, 60), "tulip": (220, 200, 40), "iris": (60, 40, 200)}


def picture(
    colour: Sequence[int] | int = (200, 30, 60),
    *,
    size: tuple[int, int] = (12, 10),
    mode: str = "RGB",
    seed: int = 0,
    format: str = "PNG",
    **options: Any,
) -> bytes:
    """An image of about that colour, different for each seed, as the bytes of a file."""
    width, height = size
    noise = np.random.default_rng(seed).integers(-25, 25, (height, width, 1))
    pixels = (np.asarray(colour).reshape(1, 1, -1) + noise).clip(0, 255).astype(np.uint8)
    if pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    return encoded(Image.fromarray(pixels).convert(mode), format, **options)


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """The bytes of its file."""
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def flowers(each: int = 6, prefix: str = "", **options: Any) -> dict[str, bytes]:
    """So many images of three classes, by name."""
    return {
        f"{prefix}{name}/{number}.png": picture(colour, seed=1000 * place + number, **options)
        for place, (name, colour) in enumerate(COLOURS.items())
        for number in range(each)
    }


def pack(path: Path, files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip of these files; a name that ends with a slash is a folder."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def patched(content: bytes, name: str, at: int, value: bytes) -> bytes:
    """A zip with other bytes in the entry `name` of its list, `at` bytes from its beginning."""
    place = content.rindex(name.encode())  # the list is the last place that names it
    begin = content.rindex(b"PK\x01\x02", 0, place) + at
    return content[:begin] + value + content[begin + len(value) :]
