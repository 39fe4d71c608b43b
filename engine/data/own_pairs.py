"""`data=pairs`: learning to write one text from another, from pairs of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from engine.data.card import Card
from engine.data.lines.stored import StoredPairs, readable_pairs, stored_pairs
from engine.data.own.places import DIGEST
from engine.data.pairs import PairSource, longest
from engine.data.raw import Labels, Pairs
from engine.data.tokens import Tokens, Words
from engine.losses import IGNORED
from engine.problem import Problem
from engine.spec import FIRST, PAIRS

if TYPE_CHECKING:
    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary

_HOW = "add two texts with ./trainyard data add FILE, then choose them here"


class OwnPairs(PairSource):
    """Lines of your own and what they are to become, e.g. a translation."""

    title: ClassVar[str] = "Own pairs"
    own: ClassVar[bool] = True
    kind: Literal["pairs"] = "pairs"
    facts: ClassVar[Card] = Card(
        task="seq2seq",
        modality="text",
        samples=1000,
        shape=(48,),
        target_length=48,
        source="your own",
        licence="your own",
    )
    """what the rest of the settings goes by until pairs are chosen"""

    pairs: str = Field(
        "",
        max_length=4096,
        description="the stored pairs, by their digest; for python -m engine also a zip or a TSV",
        json_schema_extra=PAIRS,
    )
    direction: Literal["forwards", "backwards"] = Field(
        "forwards",
        description="forwards: from the first text to the second; backwards: the other way round",
        json_schema_extra=FIRST,
    )
    tokens: Tokens = Field(Words(), description="what the model reads and writes")
    length: int = longest("source", 48)
    target_length: int = longest("target", 48)

    @property
    def card(self) -> Card:
        stored = readable_pairs(self.pairs)
        samples = stored.facts.pairs if stored else self.facts.samples
        return replace(super().card, samples=samples)

    def problems(self) -> Iterator[Problem]:
        if readable_pairs(self.pairs) is None:
            yield Problem("data.pairs", _no_pairs(self.pairs))

    def offers(self) -> Mapping[str, Mapping[str, str]]:
        return {"pairs": stored_pairs()}

    def load(self) -> Pairs:
        found = self.opened().load()
        if self.direction == "forwards":
            return found
        return Pairs(sources=found.targets, targets=found.sources)

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:
        prepared = super().prepare(vocabulary)
        used, facts = sum(prepared.samples.values()), self.opened().facts
        names = facts.source.name, facts.target.name
        from_, to = names if self.direction == "forwards" else names[::-1]
        whole = "all of them" if used == facts.pairs else f"of {facts.pairs:,}, by limit"
        parts = prepared.parts.values()
        told = {
            "pairs": f"{used:,}: {whole}, {from_} to {to}",
            "sources": _cut([part.inputs[0] for part in parts], prepared.vocabulary),
            "targets": _cut([part.targets for part in parts], prepared.target_vocabulary),
        }
        return replace(prepared, told=told)

    def source_tokens(self) -> Tokens:
        return self.tokens

    def target_tokens(self) -> Tokens:
        return self.tokens

    def opened(self) -> StoredPairs:
        """The pairs on this machine.

        Raises:
            FileNotFoundError: they are not there.
        """
        found = readable_pairs(self.pairs)
        if found is None:
            raise FileNotFoundError(
                f"the pairs {self.pairs} are not on this machine; choose others, or add them again"
            )
        return found


def _cut(parts: Sequence[Labels], vocabulary: Vocabulary | None) -> str:
    """How many texts, rows of each part, were too long: their last token is not the end."""
    if vocabulary is None:
        return ""
    last = np.concatenate([texts[:, -1] for texts in parts])
    whole = np.isin(last, (vocabulary.padding, vocabulary.end, IGNORED))
    cut = 100 * float(1 - whole.mean())
    return f"{vocabulary.size:,} different tokens: {cut:.1f} % are cut off, being too long"


def _no_pairs(name: str) -> str:
    if not name:
        return f"no pairs are chosen; {_HOW}"
    if not DIGEST.fullmatch(name):
        return f"{name} are no stored pairs; {_HOW}. A file can be named for python -m engine alone"
    return "the pairs were deleted, or are not on this machine; choose others"
