"""How texts are read that are classified: tokens or word counts, and what augmentation does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from engine.data.tokens import BytePairs, Characters, WordPieces, Words
from engine.data.tokens.bags import BagOfWords, TfIdf, WordCounts
from engine.problem import Problem

Reading = Annotated[
    Words | Characters | WordPieces | BytePairs | BagOfWords | TfIdf,
    Field(
        discriminator="kind",
        description="what the model sees: tokens in their order, or a table of word counts",
    ),
]
Length = Annotated[
    int,
    Field(
        ge=2,
        le=32_768,
        description="tokens of a text that are read, the rest is cut off; word counts read it all",
    ),
]


Dropout = Annotated[
    float,
    Field(
        ge=0,
        lt=1,
        description="share of tokens read as unknown in each step of training, never the first; "
        "of word counts, the share of words left out; against overfitting",
    ),
]
Swap = Annotated[
    float,
    Field(
        ge=0,
        le=1,
        description="share of tokens that change places with a neighbour in each step of training",
    ),
]


def swap_problems(tokens: Reading, swap: float) -> Iterator[Problem]:
    """What has no order cannot be put into another one."""
    if swap and isinstance(tokens, WordCounts):
        yield Problem(
            "data.token_swap",
            f"{tokens.title} has lost the order of the words, so none can change places; use 0",
        )
