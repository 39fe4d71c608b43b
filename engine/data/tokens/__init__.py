"""How a text becomes numbers. To add a way: write its class with `learn` and name it in `Tokens`.

`tokens.learn(texts)` gives a `Vocabulary`; texts of the training part only.
"""

from typing import Annotated

from pydantic import Field

from engine.data.tokens.characters import Characters
from engine.data.tokens.subwords import BytePairs, WordPieces
from engine.data.tokens.vocabulary import END, MARKS, PADDING, START, UNKNOWN, Vocabulary
from engine.data.tokens.words import Words

Tokens = Annotated[
    Words | Characters | WordPieces | BytePairs,
    Field(discriminator="kind"),
]

__all__ = [
    "END",
    "MARKS",
    "PADDING",
    "START",
    "UNKNOWN",
    "BytePairs",
    "Characters",
    "Tokens",
    "Vocabulary",
    "WordPieces",
    "Words",
]
