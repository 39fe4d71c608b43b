"""Protobuf `Event`s: scalars of a whole curve at once, texts, and settings as hyperparameters."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.export.tensorboard.records import HEAD, TAIL, checksums, head, record
from jobs.export.tensorboard.wire import FLOAT, double, fields, key, nested, whole
from jobs.history.points import Points

STEP_BYTES = 5
"""of every step, so that all events of a curve are equally long; protobuf allows leading zeros"""

END = b"_hparams_/session_end_info"
"""the tag of what ends a session"""

_STRING, _SUCCESS, _FAILURE, _RUNNING = 7, 1, 2, 4


def version(seconds: float) -> bytes:
    """The record every file begins with."""
    return record(double(1, seconds) + nested(3, "brain.Event:2"))


def scalars(tag: str, points: Points) -> bytes:
    """One record a point, about 1 µs each."""
    value = nested(1, tag) + key(2, FLOAT) + bytes(4)
    before_step = double(1, 0.0) + key(2, 0)
    before_value = nested(5, nested(1, value))[:-4]
    at_step = HEAD + len(before_step)
    at_value = at_step + STEP_BYTES + len(before_value)
    content = before_step + bytes(STEP_BYTES) + before_value + bytes(4)
    blank = np.frombuffer(head(len(content)) + content + bytes(TAIL), np.uint8)
    rows: NDArray[np.uint8] = np.tile(blank, (len(points), 1))
    rows[:, HEAD + 1 : HEAD + 9] = _bytes(points.seconds.astype("<f8"))
    rows[:, at_step : at_step + STEP_BYTES] = _steps(points.steps)
    rows[:, at_value : at_value + 4] = _bytes(points.values.astype("<f4"))
    rows[:, -TAIL:] = _bytes(checksums(rows[:, HEAD:-TAIL]).astype("<u4"))
    return rows.tobytes()


def _bytes(numbers: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(numbers).view(np.uint8).reshape(len(numbers), -1)


def _steps(steps: NDArray[np.int32]) -> NDArray[np.uint8]:
    parts = steps.astype(np.int64)[:, None] >> (7 * np.arange(STEP_BYTES))
    more = np.array([0x80] * (STEP_BYTES - 1) + [0], np.int64)
    return ((parts & 0x7F) | more).astype(np.uint8)


def text(tag: str, content: str, seconds: float, step: int = 0) -> bytes:
    """A record with a text, which TensorBoard reads as Markdown."""
    tensor = whole(1, _STRING) + nested(2, nested(2, whole(1, 1))) + nested(8, content)
    return _summary(nested(1, tag) + nested(8, tensor) + _metadata("text"), seconds, step)


def settings(config: Mapping[str, Any], name: str, seconds: float) -> bytes:
    """The record that begins a session of the HParams tab. `config`: values by dotted path."""
    parts = [nested(1, nested(1, path) + nested(2, _value(each))) for path, each in config.items()]
    session = b"".join(parts) + nested(3, name) + double(5, seconds)
    return _hparams("_hparams_/session_start_info", nested(3, session), seconds)


def end(status: str, seconds: float) -> bytes:
    """The record that ends such a session."""
    code = {"finished": _SUCCESS, "stopped": _SUCCESS, "failed": _FAILURE}.get(status, _RUNNING)
    session = whole(1, code) + double(2, seconds)
    return _hparams(END.decode(), nested(4, session), seconds)


def _hparams(tag: str, content: bytes, seconds: float) -> bytes:
    # A tensor of no element: TensorBoard looks at the metadata alone.
    tensor = whole(1, 1) + nested(2, nested(2, whole(1, 0)))
    value = nested(1, tag) + nested(8, tensor) + _metadata("hparams", whole(1, 0) + content)
    return _summary(value, seconds, 0)


def _metadata(plugin: str, content: bytes = b"") -> bytes:
    return nested(9, nested(1, nested(1, plugin) + nested(2, content)))


def _summary(value: bytes, seconds: float, step: int) -> bytes:
    return record(double(1, seconds) + whole(2, step) + nested(5, nested(1, value)))


def _value(setting: Any) -> bytes:
    """A google.protobuf.Value: HParams knows numbers, truths and texts."""
    if isinstance(setting, bool):
        return whole(4, int(setting))
    if isinstance(setting, int | float):
        return double(2, float(setting))
    return nested(3, "none" if setting is None else str(setting))


def place(event: bytes) -> tuple[str, int, float] | None:
    """Tag, step and unix seconds of an event with one scalar; None for any other.

    Raises ValueError where this is no event.
    """
    found = dict(fields(event))
    if not isinstance(summary := found.get(5), bytes):
        return None
    value = dict(fields(_inner(summary)))
    if 2 not in value:
        return None
    (seconds,) = struct.unpack("<d", _inner_bytes(found[1]))
    step = found.get(2, 0)
    return _inner_bytes(value[1]).decode(), int(step) if isinstance(step, int) else 0, seconds


def _inner(message: bytes) -> bytes:
    """The content of field 1."""
    return _inner_bytes(dict(fields(message)).get(1, b""))


def _inner_bytes(content: bytes | int) -> bytes:
    if isinstance(content, int):
        raise ValueError("no event")
    return content
