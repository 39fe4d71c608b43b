"""Words and the words beside them, to learn what words mean. To add one: its class with `load`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from engine.data.card import Card
from engine.data.prepare.neighbours import kept_share, prepare_neighbours
from engine.data.raw import Texts
from engine.data.source import Source
from engine.data.split import Split
from engine.data.texts import FoodReviews
from engine.data.tokens import Words
from engine.spec import RARE

if TYPE_CHECKING:
    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary

RECURRING = 0.98
"""share of a text's words that are seen often enough to be learned, roughly"""


class NeighbourSource(Source):
    """Pairs of a word and one beside it, as skip-gram learns from (Mikolov et al., 2013).

    Frequent words and far neighbours are drawn less often. Limit and split count texts.
    """

    split: Split = Split(validation=0.05, test=0.0)
    limit: int | None = Field(
        None,
        ge=4,
        le=10_000_000,
        description="use only so many texts, drawn by the split's seed; none uses all",
        examples=[1000],
        json_schema_extra=RARE,
    )
    tokens: Words = Words(least=5)
    window: int = Field(5, ge=1, le=100, description="farthest neighbour, in words, to each side")
    subsampling: float = Field(
        1e-3,
        gt=0,
        le=1,
        description="words that are a larger share of all are left out ever more often; 1 is never",
        json_schema_extra=RARE,
    )
    noise_power: float = Field(
        0.75,
        ge=0,
        le=2,
        description="wrong neighbours are drawn by their count to this power",
        json_schema_extra=RARE,
    )
    words: ClassVar[int]
    """of all texts, about; those of texts too short to fill a window count less"""

    @property
    def card(self) -> Card:
        return replace(self.facts, samples=sum(self.sizes().values()))

    def sizes(self) -> dict[str, int]:
        """About how many pairs each part gives; how many, only reading the texts can tell."""
        texts = self.facts.samples
        used = min(self.limit or texts, texts)
        shares = 1 / np.arange(1, 10_001)  # Zipf's law
        shares /= shares.sum()
        kept = float((shares * kept_share(shares, self.subsampling)).sum())
        pairs = RECURRING * kept * self.words / texts * (self.window + 1)
        return {name: int(size * pairs) for name, size in self.split.sizes(used).items()}

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:
        return prepare_neighbours(self, self.load(), vocabulary)

    @abstractmethod
    def load(self) -> Texts: ...


class ReviewWords(NeighbourSource):
    """The words of 5,000 reviews of food on Amazon: 446,000 of them."""

    title: ClassVar[str] = "Words of food reviews"
    kind: Literal["review_words"] = "review_words"
    words: ClassVar[int] = 445_839
    facts: ClassVar[Card] = replace(
        FoodReviews.facts, task="embedding", samples=5000, shape=(2,), classes=()
    )

    def load(self) -> Texts:
        return FoodReviews().load()


class DocumentationWords(NeighbourSource):
    """About 70,000 words of prose about Python, which every Python carries."""

    title: ClassVar[str] = "Words of Python's documentation"
    kind: Literal["documentation_words"] = "documentation_words"
    words: ClassVar[int] = 57_000
    facts: ClassVar[Card] = Card(
        task="embedding",
        modality="text",
        samples=2600,
        shape=(2,),
        source="pydoc_data.topics of the Python that runs",
        licence="PSF-2.0",
    )

    def load(self) -> Texts:
        from pydoc_data.topics import topics

        paragraphs = [topics[name].split("\n\n") for name in sorted(topics)]
        texts = tuple(text for topic in paragraphs for text in topic if text.strip())
        return Texts(texts, np.zeros(len(texts), dtype=np.int64))
