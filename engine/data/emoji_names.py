"""What emojis are called in other languages: the CLDR names that the package emoji carries."""

from __future__ import annotations

import json
from typing import Any, Literal

from engine.data.packaged import package_file
from engine.data.raw import Pairs

Language = Literal["de", "es", "fr", "it", "pt"]
NAMES = 1_923
"""emojis with a name in every language; those with a chosen skin tone do not count"""
FULLY_QUALIFIED = 2
SKIN_TONES = range(0x1F3FB, 0x1F400)


def emoji_names(language: str) -> dict[str, str]:
    """Name by emoji, spaces between its words, e.g. of "de"; only emojis of no chosen skin tone.

    All languages know the same emojis, in the same order.

    Raises:
        FileNotFoundError: the package is not installed, or does not know the language.
    """
    english = _read("")
    names = english if language == "en" else _read(f"_{language}")
    return {
        emoji: _plain(names[emoji])
        for emoji, entry in english.items()
        if entry["status"] == FULLY_QUALIFIED
        and emoji in names
        and not any(ord(sign) in SKIN_TONES for sign in emoji)
    }


def read_names(language: Language) -> Pairs:
    """English names and those of another language, as texts and their translations."""
    english, others = emoji_names("en"), emoji_names(language)
    return Pairs(tuple(english.values()), tuple(others[emoji] for emoji in english))


def _read(suffix: str) -> dict[str, Any]:
    path = package_file("emoji", f"unicode_codes/emoji{suffix}.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _plain(entry: str | dict[str, Any]) -> str:
    """From `:red_heart:` to `red heart`."""
    name = entry if isinstance(entry, str) else entry["en"]
    return name.strip(":").replace("_", " ")
