"""Small pictures as PNG files, with nothing but the standard library."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

Pixels = Sequence[Sequence[Sequence[int]]]
"""`(height, width, 1 or 3)`, 0 to 255"""


def encoded(pixels: Pixels) -> str:
    """The file as base64."""
    height, width, channels = len(pixels), len(pixels[0]), len(pixels[0][0])
    lines = (b"\0" + bytes(value for pixel in row for value in pixel) for row in pixels)
    kind = 0 if channels == 1 else 2
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b""))
    body = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)
    return base64.b64encode(body).decode()


def _chunk(name: bytes, data: bytes) -> bytes:
    checked = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checked)
