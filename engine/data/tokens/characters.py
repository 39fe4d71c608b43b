"""Every character is a piece."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from engine.data.tokens.vocabulary import PieceList, Vocabulary, commonest
from engine.spec import RARE, Spec


class Characters(Spec):
    """One number for each character. Small vocabulary, long sequences, nothing unknown."""

    title: ClassVar[str] = "Characters"
    kind: Literal["characters"] = "characters"
    size: int = Field(
        1_000,
        ge=8,
        le=200_000,
        description="most characters to tell apart; rarer ones are all “unknown”",
        json_schema_extra=RARE,
    )
    lower_case: bool = Field(False, description="read capitals as small letters")

    def learn(self, texts: Iterable[str]) -> Vocabulary:
        """The vocabulary of the texts to train on."""
        split = _small if self.lower_case else list
        return PieceList(commonest(texts, split, self.size), split, joint="")


def _small(text: str) -> list[str]:
    return list(text.lower())
