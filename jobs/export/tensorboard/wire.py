"""Protobuf's wire format, as far as events need it; read back only from our own files."""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, DOUBLE, BYTES, FLOAT = 0, 1, 2, 5


def varint(value: int) -> bytes:
    """A whole number from 0 on, seven bits a byte."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def key(field: int, kind: int) -> bytes:
    """What stands before a field."""
    return varint(field << 3 | kind)


def whole(field: int, value: int) -> bytes:
    """A field with a whole number."""
    return key(field, VARINT) + varint(value)


def double(field: int, value: float) -> bytes:
    """A field with a float64."""
    return key(field, DOUBLE) + struct.pack("<d", value)


def nested(field: int, content: bytes | str) -> bytes:
    """A field with a message, bytes or text."""
    body = content.encode() if isinstance(content, str) else content
    return key(field, BYTES) + varint(len(body)) + body


def fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Number and content of each field; numbers of fixed size as their bytes.

    Raises ValueError where this is no message.
    """
    position = 0
    while position < len(message):
        tag, position = _varint_at(message, position)
        kind = tag & 7
        if kind == VARINT:
            value, position = _varint_at(message, position)
            yield tag >> 3, value
            continue
        if kind == BYTES:
            size, position = _varint_at(message, position)
        else:
            size = {DOUBLE: 8, FLOAT: 4}.get(kind, -1)
        if size < 0 or position + size > len(message):
            raise ValueError("no protobuf message")
        yield tag >> 3, message[position : position + size]
        position += size


def _varint_at(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(message):
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
    raise ValueError("no protobuf message")
