"""Every word is a piece, and every mark of punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from engine.data.tokens.vocabulary import PieceList, Vocabulary, commonest
from engine.spec import RARE, Spec

WORDS = re.compile(r"https?://|\w+(?:['\u2019]\w+)*|[^\w\s]")
"""letters, digits and apostrophes between them; any other sign alone"""
LINK = re.compile(r"(https?://)\S+")
DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class WordSplitter:
    """From a text to its words."""

    at: Literal["words", "spaces"]
    lower_case: bool
    same_digits: bool

    def __call__(self, text: str) -> list[str]:
        if self.lower_case:
            text = text.lower()
        if self.same_digits:
            text = DIGIT.sub("0", text)
        if self.at == "spaces":
            return text.split()
        # What follows is hardly ever read twice, and its many signs would drown the words.
        return WORDS.findall(LINK.sub(r"\1", text))


class Words(Spec):
    """One number for each word. Short sequences; words not seen in training are unknown."""

    title: ClassVar[str] = "Words"
    kind: Literal["words"] = "words"
    size: int = Field(
        10_000, ge=8, le=1_000_000, description="most words to tell apart; rarer ones are “unknown”"
    )
    least: int = Field(
        1,
        ge=1,
        le=10_000,
        description="words seen less often in training are “unknown”",
        json_schema_extra=RARE,
    )
    lower_case: bool = Field(True, description="read capitals as small letters")
    same_digits: bool = Field(
        False,
        description="read every digit as 0: what counts is that a number is there, and how long",
        json_schema_extra=RARE,
    )
    split: Literal["words", "spaces"] = Field(
        "words",
        description="words: letters and digits together, each other sign alone; "
        "spaces: whatever stands between spaces",
        json_schema_extra=RARE,
    )

    def learn(self, texts: Iterable[str]) -> Vocabulary:
        """The vocabulary of the texts to train on."""
        split = WordSplitter(self.split, self.lower_case, self.same_digits)
        return PieceList(commonest(texts, split, self.size, self.least), split, joint=" ")
