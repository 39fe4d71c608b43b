"""Word2Vec: vectors of words, learned from the company they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.models.base import ModelSpec
from engine.spec import RARE

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class Word2Vec(ModelSpec):
    """Learns a vector for each word; words used alike come to lie close together.

    Skip-gram with negative sampling (Mikolov et al., 2013). Each evaluation shows the nearest
    words of some you choose.
    """

    title: ClassVar[str] = "Word2Vec"
    tasks: ClassVar[tuple[str, ...]] = ("embedding",)
    modalities: ClassVar[tuple[str, ...]] = ("text",)
    kind: Literal["word2vec"] = "word2vec"
    width: int = Field(64, ge=1, le=4096, description="numbers that stand for one word")
    negatives: int = Field(5, ge=1, le=1000, description="wrong neighbours drawn for each true one")
    shown: str = Field(
        "coffee, dog, good",
        max_length=2000,
        description="words whose nearest words each evaluation shows, with commas between",
    )
    nearest: int = Field(
        8, ge=1, le=11, description="nearest words to show of each", json_schema_extra=RARE
    )

    def build(self, card: Card) -> nn.Module:
        """Maps words and neighbours `(batch, 2)` and the odds of wrong ones `(vocabulary,)` to
        scores `(batch, 1 + negatives)`.
        """
        from engine.nets.word2vec import SkipGram

        return SkipGram(card.vocabulary, self.width, self.negatives)
