"""Text files for tests: mails of two classes, a text to write like, numbers and their words."""

from __future__ import annotations

import random

MAILS = {
    "spam": ("win", "prize", "cash", "free", "call", "claim", "urgent", "offer"),
    "ham": ("home", "later", "dinner", "train", "meet", "thanks", "tomorrow", "walk"),
}
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ZIFFERN = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")


def mails(each: int = 30, prefix: str = "") -> dict[str, bytes]:
    """So many texts of two classes, told apart by their words, by name."""
    chance = random.Random(7)
    return {
        f"{prefix}{label}/{number}.txt": " ".join(chance.choices(words, k=8)).encode()
        for label, words in MAILS.items()
        for number in range(each)
    }


def story(sentences: int = 400) -> str:
    """A text that a small model learns something of."""
    chance = random.Random(7)
    who, what = ("the dog", "the cat", "a bird", "my friend"), ("sees", "hears", "follows", "likes")
    lines = [
        f"{chance.choice(who)} {chance.choice(what)} {chance.choice(who)}.".capitalize()
        for _ in range(sentences)
    ]
    return "\n".join(lines) + "\n"


def numbers(count: int = 200) -> tuple[list[str], list[str]]:
    """Lines in English and what they are in German, word by word."""
    chance = random.Random(7)
    drawn = [[chance.randrange(10) for _ in range(chance.randint(1, 4))] for _ in range(count)]
    return (
        [" ".join(DIGITS[digit] for digit in line) for line in drawn],
        [" ".join(ZIFFERN[digit] for digit in line) for line in drawn],
    )


def parallel(count: int = 200) -> dict[str, bytes]:
    """Two files whose lines belong together, by name."""
    english, german = numbers(count)
    return {
        "train.en": "".join(f"{line}\n" for line in english).encode(),
        "train.de": "".join(f"{line}\n" for line in german).encode(),
    }
