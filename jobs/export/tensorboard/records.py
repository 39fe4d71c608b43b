"""TFRecord: length and content, each with a masked CRC32C, for one record or many of one length."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

HEAD, TAIL = 12, 4
"""bytes around the content of a record"""

LARGEST = 1 << 28


def _table() -> NDArray[np.uint32]:
    """The polynomial of Castagnoli, reflected."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        odd = (table & 1).astype(bool)
        table = np.where(odd, (table >> 1) ^ np.uint32(0x82F63B78), table >> 1).astype(np.uint32)
    return table


_TABLE = _table()
_LIST = [int(each) for each in _TABLE]


def checksum(content: bytes) -> int:
    """Masked CRC32C, as TensorFlow writes it."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _LIST[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def checksums(contents: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The same for each row of a matrix: a column at a time, for all rows together."""
    crc = np.full(len(contents), 0xFFFFFFFF, np.uint32)
    for column in contents.T:
        crc = _TABLE[(crc ^ column) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    masked: NDArray[np.uint32] = np.add((crc >> 15) | (crc << 17), 0xA282EAD8, dtype=np.uint32)
    return masked


def head(length: int) -> bytes:
    """What stands before a content of `length` bytes."""
    size = struct.pack("<Q", length)
    return size + struct.pack("<I", checksum(size))


def record(content: bytes) -> bytes:
    """One record."""
    return head(len(content)) + content + struct.pack("<I", checksum(content))


def read(file: BinaryIO) -> Iterator[bytes]:
    """The whole records from where the file stands; ends before the first that is torn.

    The checksum of a content is not looked at: a record that was cut off is too short.
    """
    while len(begin := file.read(HEAD)) == HEAD:
        (length,) = struct.unpack_from("<Q", begin)
        if length > LARGEST or begin != head(length):
            return
        content = file.read(length + TAIL)
        if len(content) < length + TAIL:
            return
        yield content[:-TAIL]
