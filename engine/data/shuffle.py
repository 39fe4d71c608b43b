"""Chance without state: every order and every seed is a function of the run's seed and a place.

No generator has to be saved, so a run goes on in the middle of an epoch as if nothing had been.
"""

from __future__ import annotations

import hashlib
import struct
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Purpose(IntEnum):
    """What a draw is for; two purposes never share a stream. The numbers are kept for ever."""

    LIMIT = 1
    TEST = 2
    VALIDATION = 3
    WEIGHTS = 4
    EPOCH = 5
    STEP = 6
    SHIFT = 7
    EVALUATION = 8
    NEIGHBOURS = 9
    MIXUP = 10
    CUTMIX = 11
    WATCHED = 12


def mix(seed: int, purpose: Purpose, place: int = 0) -> int:
    """A seed of 63 bits; equal for equal arguments on every machine and version."""
    packed = struct.pack("<QQQ", seed, purpose, place)
    return int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest(), "little") >> 1


def shuffled(count: int, seed: int, purpose: Purpose, place: int = 0) -> NDArray[np.int64]:
    """The numbers 0 to `count - 1` in an order that depends on the arguments alone.

    Sorts raw PCG64 output, whose stream NumPy promises not to change, unlike `permutation`'s.
    """
    keys = np.random.PCG64(mix(seed, purpose, place)).random_raw(count)
    return np.argsort(keys, kind="stable")
