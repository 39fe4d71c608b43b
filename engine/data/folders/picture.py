"""One image: bytes to pixels, within bounds, whatever its colours and its camera were."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.data.folders.archive import Damaged
from engine.data.folders.kinds import FORMATS, looks_read, unread
from engine.data.tables.facts import Refused, shown

Fit = Literal["crop", "pad", "stretch"]
Pixels = NDArray[np.uint8]

MOST_PIXELS = 50_000_000
"""a progressive JPEG of so many takes 0.8 GB while it is decoded"""
SMOOTH = Image.Resampling.BICUBIC
_BACKGROUND = 255
_ROTATION = 0x0112
_STORED = "stored as"
# All that Pillow's readers raise on bytes that are not what they should be.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError)
_ALSO_BROKEN = (struct.error, zlib.error, OverflowError, AttributeError, NotImplementedError)


@dataclass(frozen=True)
class Looked:
    """What an image is, as it will be seen: upright."""

    width: int
    height: int
    format: str
    grey: bool
    """whether it has no colour, however it is stored"""
    conversions: tuple[str, ...]
    thumbnail: Pixels
    """uint8 `(side, side, 3)`"""


def look(name: str, content: bytes, side: int) -> Looked:
    """Decodes it whole. Raises Damaged; Refused where it has too many pixels to be decoded."""
    with _decoded(name, content) as image:
        conversions = tuple(_conversions(image))
        turned = _turn(image) in (5, 6, 7, 8)
        width, height = image.size[::-1] if turned else image.size
        kind = "JPEG" if image.format == "MPO" else image.format or ""
        thumbnail = fitted(image, side, 3, "pad")
    spread = thumbnail.astype(np.int16)
    grey = int((spread.max(axis=2) - spread.min(axis=2)).max()) <= 8  # JPEG is a little off
    return Looked(width, height, kind, grey, conversions, thumbnail)


def pixels(name: str, content: bytes, size: int, channels: int, fit: Fit) -> Pixels:
    """uint8 `(size, size, channels)`. Raises as `look` does."""
    with _decoded(name, content) as image:
        return fitted(image, size, channels, fit)


def fitted(image: Image.Image, size: int, channels: int, fit: Fit) -> Pixels:
    """Made as large as all others, then grey or of three colours, then upright."""
    plain = _plain(image)
    if fit == "stretch":
        small = _opaque(plain.resize((size, size), SMOOTH))
    elif fit == "crop":
        small = _opaque(ImageOps.fit(plain, (size, size), SMOOTH))
    else:
        small = ImageOps.pad(_opaque(_contained(plain, size)), (size, size), SMOOTH, color=0)
    upright = _upright(small.convert("RGB"), _turn(image))
    found = np.asarray(upright.convert("L") if channels == 1 else upright, dtype=np.uint8)
    return found.reshape(size, size, channels)


def _contained(image: Image.Image, size: int) -> Image.Image:
    """Its longer side is `size`, the other one at least a pixel."""
    factor = size / max(image.size)
    width, height = (max(1, round(side * factor)) for side in image.size)
    return image.resize((width, height), SMOOTH)


@contextmanager
def _decoded(name: str, content: bytes) -> Iterator[Image.Image]:
    """The image, every pixel of it read."""
    if not content:
        raise Damaged("the file is empty (0 bytes)")
    if what := unread(content):
        raise Damaged(f"{what} is not read; save it as JPEG or PNG")
    if not looks_read(content):
        raise Damaged("its bytes are no image, whatever its name says")
    try:
        with warnings.catch_warnings():
            # Pillow warns of what it passes over; what it cannot read, it raises.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check_pixels(name, image)
                # Told here: once it is decoded an image does not know any more.
                image.info[_STORED] = str([tile[3] for tile in image.tile])
                image.load()
                yield image
    except Image.DecompressionBombError as error:
        raise Refused(_too_large(name, str(error).split("(")[-1].split(" pixels")[0])) from error
    except Refused:
        raise
    except (*_BROKEN, *_ALSO_BROKEN) as error:
        raise Damaged(f"it cannot be decoded ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):  # its own words are an address in memory
        return "its header is damaged"
    return str(error)[:100] or type(error).__name__


def _check_pixels(name: str, image: Image.Image) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Refused(_too_large(name, f"{width:,} x {height:,}"))


def _too_large(name: str, pixels: str) -> str:
    return (
        f"The image {shown(name, 80)} has {pixels} pixels; at most {MOST_PIXELS:,} are decoded. "
        "Make it smaller, or take it out."
    )


def _conversions(image: Image.Image) -> Iterator[str]:
    """What is done to it, as keys of `TOLD`."""
    if getattr(image, "is_animated", False):
        yield "frames"
    if image.mode == "CMYK":
        yield "cmyk"
    elif image.mode == "P":
        yield "palette"
    elif image.mode in ("I", "F"):
        yield "deep"
    elif image.mode.startswith("I;16") or "16" in image.info[_STORED]:
        yield "sixteen"
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        yield "transparent"
    if _turn(image) != 1:
        yield "turned"


TOLD = {
    "frames": "of several frames: the first one is used",
    "cmyk": "of printing colours (CMYK): converted to RGB",
    "palette": "with a palette: converted to its colours",
    "sixteen": "of 16 bits: converted to 8",
    "deep": "of 32 bits: from their darkest to their lightest value, in 8 bits",
    "transparent": "with transparency: laid on white",
    "turned": "turned by the camera's note (EXIF): set upright",
}


def _turn(image: Image.Image) -> int:
    turn = image.getexif().get(_ROTATION, 1)
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _upright(image: Image.Image, turn: int) -> Image.Image:
    methods = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return image.transpose(methods[turn]) if turn in methods else image


def _plain(image: Image.Image) -> Image.Image:
    """8 bits a channel, no palette: what can be made smaller without strange edges."""
    if image.mode.startswith("I;16"):
        deep = np.asarray(image)
        return Image.fromarray((deep >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        return _stretched(image)
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L") if image.mode == "1" else image


def _stretched(image: Image.Image) -> Image.Image:
    # In place: such an image may have 256 MB.
    deep = np.array(image, dtype=np.float32)
    finite = np.isfinite(deep)
    low = float(np.min(deep, where=finite, initial=np.inf))
    high = float(np.max(deep, where=finite, initial=-np.inf))
    np.copyto(deep, low, where=~finite)
    deep -= low
    deep *= 255 / ((high - low) or 1.0)
    return Image.fromarray(deep.astype(np.uint8))


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGBA", "LA", "La", "RGBa"):
        return image
    whole = image.convert("RGBA")
    white = Image.new("RGBA", whole.size, (_BACKGROUND,) * 4)
    return Image.alpha_composite(white, whole)
