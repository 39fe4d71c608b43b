"""Corpora and pairs that are stored on this machine, by their digest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from engine.data.lines.facts import CORPUS, PAIRS, CorpusFacts, PairFacts
from engine.data.own.places import digests, folder_of
from engine.data.raw import Corpus, Pairs
from engine.data.tables.facts import FACTS

CORPORA_TAKEN_IN = "corpora-v1"
PAIRS_TAKEN_IN = "pairs-v1"
"""folders in the cache of files that `python -m engine` was given; another version reads anew"""


@dataclass(frozen=True)
class StoredCorpus:
    """A corpus on this machine. `stamp` tells it from one that was put in its place."""

    folder: Path
    stamp: int

    @property
    def facts(self) -> CorpusFacts:
        """What is known of it without opening it."""
        return _corpus_facts(self.folder, self.stamp)

    def load(self) -> Corpus:
        """The text. Raises FileNotFoundError where it is not what it was when it was added."""
        path = self.folder / CORPUS
        try:
            # Line feeds alone end lines: another mark may be of the text.
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileNotFoundError(
                f"the corpus at {path} is damaged ({error}); add the file again"
            ) from error
        return Corpus(text)


@dataclass(frozen=True)
class StoredPairs:
    """Pairs on this machine. `stamp` as above."""

    folder: Path
    stamp: int

    @property
    def facts(self) -> PairFacts:
        """What is known of them without opening them."""
        return _pair_facts(self.folder, self.stamp)

    def load(self) -> Pairs:
        """All of them. Raises FileNotFoundError where they are damaged."""
        from pyarrow import ArrowInvalid, parquet

        path = self.folder / PAIRS
        try:
            table = parquet.read_table(path)
        except (OSError, ArrowInvalid) as error:
            raise FileNotFoundError(
                f"the pairs at {path} are damaged ({error}); add the file again"
            ) from error
        return Pairs(*(tuple(table.column(name).to_pylist()) for name in ("source", "target")))


def readable_corpus(corpus: str) -> StoredCorpus | None:
    """The corpus of this digest; None where it is not on this machine, or is none."""
    found = folder_of(corpus, CORPORA_TAKEN_IN)
    if found is None:
        return None
    stored = StoredCorpus(*found)
    try:
        return stored if stored.facts.characters else None
    except (OSError, ValidationError):
        return None


def readable_pairs(pairs: str) -> StoredPairs | None:
    """The pairs of this digest; None where they are not on this machine, or are none."""
    found = folder_of(pairs, PAIRS_TAKEN_IN)
    if found is None:
        return None
    stored = StoredPairs(*found)
    try:
        return stored if stored.facts.pairs else None
    except (OSError, ValidationError):
        return None


def stored_corpora() -> dict[str, str]:
    """The corpora of this machine by digest, the newest first, and how long each is."""
    found = [each for digest in digests() if (each := readable_corpus(digest)) is not None]
    return {
        each.folder.name: f"{each.folder.name[:8]} · {each.facts.characters:,} characters"
        for each in sorted(found, key=lambda each: each.stamp, reverse=True)
    }


def stored_pairs() -> dict[str, str]:
    """The pairs of this machine by digest, the newest first, and how many each has."""
    found = [each for digest in digests() if (each := readable_pairs(digest)) is not None]
    return {
        each.folder.name: f"{each.folder.name[:8]} · {each.facts.pairs:,} pairs"
        for each in sorted(found, key=lambda each: each.stamp, reverse=True)
    }


@lru_cache(maxsize=32)
def _corpus_facts(folder: Path, stamp: int) -> CorpusFacts:  # noqa: ARG001
    return CorpusFacts.model_validate_json((folder / FACTS).read_text(encoding="utf-8"))


@lru_cache(maxsize=32)
def _pair_facts(folder: Path, stamp: int) -> PairFacts:  # noqa: ARG001
    return PairFacts.model_validate_json((folder / FACTS).read_text(encoding="utf-8"))
