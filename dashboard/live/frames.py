"""The wire format of live push: one binary frame, a JSON header before flat float arrays.

`uint32 header length | JSON header | padding to 8 | float64 steps, seconds per curve | float32
values per curve`, all little-endian. The header's `curves` lists `[metric, count]` in order.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Curve(Protocol):
    """What a frame carries: three arrays of one length."""

    @property
    def steps(self) -> NDArray[Any]: ...
    @property
    def seconds(self) -> NDArray[Any]: ...
    @property
    def values(self) -> NDArray[Any]: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Points:
    """Points of one curve, three arrays of one length: steps, wall-clock seconds, values."""

    steps: NDArray[np.float64]
    seconds: NDArray[np.float64]
    values: NDArray[np.float32]

    @classmethod
    def of(cls, steps: Any, seconds: Any, values: Any) -> Points:
        """From anything numpy understands."""
        return cls(
            np.asarray(steps, dtype="<f8"),
            np.asarray(seconds, dtype="<f8"),
            np.asarray(values, dtype="<f4"),
        )

    def __len__(self) -> int:
        return len(self.steps)

    def append(self, other: Points) -> Points:
        """These points, then the other's."""
        return Points(
            np.concatenate([self.steps, other.steps]),
            np.concatenate([self.seconds, other.seconds]),
            np.concatenate([self.values, other.values]),
        )


def encode(header: Mapping[str, Any], curves: Mapping[str, Curve]) -> bytes:
    """One frame, ready to be sent to any number of viewers."""
    named = {**header, "curves": [[metric, len(points)] for metric, points in curves.items()]}
    text = json.dumps(plain(named), separators=(",", ":"), allow_nan=False).encode()
    padding = b" " * (-(4 + len(text)) % 8)
    parts = [struct.pack("<I", len(text) + len(padding)), text, padding]
    for points in curves.values():
        parts += [points.steps.astype("<f8").tobytes(), points.seconds.astype("<f8").tobytes()]
    parts += [points.values.astype("<f4").tobytes() for points in curves.values()]
    return b"".join(parts)


def decode(frame: bytes) -> tuple[dict[str, Any], dict[str, Points]]:
    """What `encode` packed; the browser does the same in `frames.js`."""
    (length,) = struct.unpack_from("<I", frame)
    header = json.loads(frame[4 : 4 + length])
    place, curves = 4 + length, {}
    middle = place + 16 * sum(count for _, count in header["curves"])
    for metric, count in header["curves"]:
        steps = np.frombuffer(frame, "<f8", count, place)
        seconds = np.frombuffer(frame, "<f8", count, place + 8 * count)
        curves[metric] = Points(steps, seconds, np.frombuffer(frame, "<f4", count, middle))
        place, middle = place + 16 * count, middle + 4 * count
    return header, curves


def plain(value: Any) -> Any:
    """The same value without NaN and infinities, which JSON cannot say: they become their names."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
