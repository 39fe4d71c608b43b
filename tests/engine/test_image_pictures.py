"""Images of all kinds: what they are converted to, and that this is said."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data.folders import read_images
from engine.data.folders.picture import Fit, pixels
from tests.engine.zips import encoded, flowers, pack, picture


def deep() -> bytes:
    return encoded(Image.fromarray(np.full((9, 9), 40_000, dtype=np.uint16)))


def gif() -> bytes:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def turned() -> bytes:
    note = Image.Exif()
    note[0x0112] = 6
    return picture(size=(20, 10), format="JPEG", exif=note)


def floats() -> bytes:
    return encoded(Image.fromarray(np.linspace(0, 1, 81, dtype=np.float32).reshape(9, 9)), "TIFF")


def colours16() -> bytes:
    """A PNG of three colours of 16 bits, which Pillow reads and does not write."""
    grey = deep()
    row = b"\0" + struct.pack(">3H", 40_000, 100, 100) * 9

    def chunk(name: bytes, content: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + crc

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 16, 2, 0, 0, 0))
    return grey[:8] + head + chunk(b"IDAT", zlib.compress(row * 9)) + chunk(b"IEND", b"")


CONVERTED: list[tuple[str, Callable[[], bytes], str]] = [
    ("a.jpg", lambda: picture((1, 2, 3), mode="CMYK", format="JPEG"), "printing colours (CMYK)"),
    ("a.png", lambda: picture(mode="P"), "with a palette"),
    ("b.png", deep, "of 16 bits: converted to 8"),
    ("c.png", colours16, "of 16 bits: converted to 8"),
    ("d.png", lambda: picture(mode="RGBA"), "with transparency: laid on white"),
    ("e.png", lambda: picture(9, mode="LA"), "with transparency: laid on white"),
    ("a.gif", gif, "of several frames: the first one is used"),
    ("b.jpg", turned, "turned by the camera's note (EXIF): set upright"),
    ("a.tif", floats, "of 32 bits"),
    ("f.jpg", picture, "of another format than the name says"),
    ("rose", picture, ""),
    ("g.webp", lambda: picture(format="WEBP"), ""),
    ("g.bmp", lambda: picture(format="BMP"), ""),
    ("g.tiff", lambda: picture(format="TIFF"), ""),
    ("g.png", lambda: picture(mode="1"), ""),
    ("h.png", lambda: picture(size=(1, 1)), ""),
    ("i.png", lambda: picture(size=(3_000, 1)), ""),
]


@pytest.mark.parametrize(
    ("name", "make", "note"), CONVERTED, ids=[f"{each[0]}-{each[2][:20]}" for each in CONVERTED]
)
def test_what_is_converted_is_said(
    name: str, make: Callable[[], bytes], note: str, tmp_path: Path
) -> None:
    files = {**flowers(2), f"rose/{name}": make()}
    facts = read_images(pack(tmp_path / "a.zip", files), tmp_path)
    assert (facts.images, facts.lost) == (7, [])
    assert any(note in each for each in facts.notes) or (note, facts.notes) == ("", [])


def test_pixels_are_what_people_see() -> None:
    def mean(content: bytes, channels: int = 3) -> list[float]:
        found = pixels("a", content, 8, channels, "crop").reshape(-1, channels).mean(axis=0)
        return [float(value) for value in found]

    assert mean(deep(), 1) == [40_000 >> 8]
    assert mean(colours16())[0] == pytest.approx(40_000 >> 8, abs=1)
    assert mean(gif()) == pytest.approx([255, 0, 0], abs=2)
    clear = encoded(Image.new("RGBA", (5, 5), (0, 0, 0, 0)))
    assert mean(clear) == [255, 255, 255]
    printed = encoded(Image.new("CMYK", (9, 9), (0, 255, 255, 0)), "JPEG", quality=95)
    assert mean(printed) == pytest.approx([255, 0, 0], abs=6)


def test_an_image_is_set_upright_as_its_camera_says() -> None:
    """Whatever fits it to a square, the result is that of the image turned beforehand."""
    plain = np.zeros((10, 20, 3), dtype=np.uint8)
    plain[:, :10] = 255
    for turn, seen in ((3, plain[::-1, ::-1]), (6, np.rot90(plain, -1)), (8, np.rot90(plain))):
        note = Image.Exif()
        note[0x0112] = turn
        noted = encoded(Image.fromarray(plain), exif=note)
        upright = encoded(Image.fromarray(np.ascontiguousarray(seen)))
        fits: tuple[Fit, ...] = ("crop", "pad", "stretch")
        for fit in fits:
            assert np.array_equal(pixels("a", noted, 8, 1, fit), pixels("a", upright, 8, 1, fit))


@pytest.mark.parametrize(
    ("fit", "corner", "middle"), [("crop", 200, 200), ("pad", 0, 200), ("stretch", 200, 200)]
)
def test_an_image_is_made_square(fit: Fit, corner: int, middle: int) -> None:
    wide = encoded(Image.new("L", (40, 10), 200))
    found = pixels("a", wide, 8, 1, fit)
    assert found.shape == (8, 8, 1)
    assert (int(found[0, 0, 0]), int(found[4, 4, 0])) == (corner, middle)
