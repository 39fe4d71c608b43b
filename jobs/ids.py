"""Ids made by the program: ULIDs, which sort by the time they were made."""

from __future__ import annotations

import re
import secrets
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PATTERN = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def new_id() -> str:
    """26 characters: 48 bits of milliseconds, then 20 bits of the rest, then 60 random bits.

    The standard leaves 80 bits to chance; spending 20 of them on the fraction of the millisecond
    keeps ids of one process in order without remembering the last one.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    number = (milliseconds << 80) | (rest << 60) | secrets.randbits(60)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id; anything else must not reach a path or a key."""
    return PATTERN.fullmatch(text) is not None
