"""`data=corpus`: learning a language from a text of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.data.card import Card
from engine.data.corpus import CorpusSource
from engine.data.lines.stored import StoredCorpus, readable_corpus, stored_corpora
from engine.data.own.places import DIGEST
from engine.data.raw import Corpus
from engine.problem import Problem
from engine.spec import CORPUS

if TYPE_CHECKING:
    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary

_HOW = "add a text file with ./trainyard data add FILE, then choose it here"


class OwnCorpus(CorpusSource):
    """A text of your own, to write like: its end is kept for validation and test."""

    title: ClassVar[str] = "Own corpus"
    own: ClassVar[bool] = True
    kind: Literal["corpus"] = "corpus"
    facts: ClassVar[Card] = Card(
        task="language_modelling",
        modality="text",
        samples=0,
        shape=(64,),
        source="your own",
        licence="your own",
    )
    unchosen: ClassVar[int] = 1_000_000
    """characters that the other settings go by until a corpus is chosen"""

    corpus: str = Field(
        "",
        max_length=4096,
        description="the stored corpus, by its digest; for python -m engine also a text file",
        json_schema_extra=CORPUS,
    )

    def characters(self) -> int:
        stored = readable_corpus(self.corpus)
        return stored.facts.characters if stored else self.unchosen

    def problems(self) -> Iterator[Problem]:
        if readable_corpus(self.corpus) is None:
            yield Problem("data.corpus", _no_corpus(self.corpus))
            return
        yield from super().problems()
        short = [name for name, count in self._windows().items() if self._asked(name) and not count]
        if short:
            yield Problem(
                "data.context",
                f"the text has {self.characters():,} characters, of which the {short[0]} part has "
                f"too few for windows of {self.context:,} tokens; use a shorter context, a larger "
                "share, or a longer text",
            )

    def _asked(self, name: str) -> bool:
        shares = {"validation": self.split.validation, "test": self.split.test_share, "train": 1.0}
        return bool(shares[name])

    def offers(self) -> Mapping[str, Mapping[str, str]]:
        return {"corpora": stored_corpora()}

    def load(self) -> Corpus:
        return self.opened().load()

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:
        prepared = super().prepare(vocabulary)
        facts = self.opened().facts
        read = "all of it" if self.limit is None else f"{self.limit:,} windows by limit"
        tokens = sum(len(part.inputs[0]) for part in prepared.parts.values())
        told = {
            "corpus": f"{facts.characters:,} characters: {read}",
            "tokens": f"{tokens:,}: of {prepared.card.vocabulary:,} different ones",
            "parts": "in order: the end of the text is kept back",
        }
        return replace(prepared, told=told)

    def opened(self) -> StoredCorpus:
        """The corpus on this machine.

        Raises:
            FileNotFoundError: it is not there.
        """
        found = readable_corpus(self.corpus)
        if found is None:
            raise FileNotFoundError(
                f"the corpus {self.corpus} is not on this machine; choose another, or add it again"
            )
        return found


def _no_corpus(name: str) -> str:
    if not name:
        return f"no corpus is chosen; {_HOW}"
    if not DIGEST.fullmatch(name):
        return f"{name} is no stored corpus; {_HOW}. A file can be named for python -m engine alone"
    return "the corpus was deleted, or is not on this machine; choose another"
