"""Corpora and pairs that are stored on this machine, by their digest."""

from __future__ import annotations

from engine.data.lines.facts import CORPUS, PAIRS, CorpusFacts, PairFacts
from engine.data.own.kept import Kept, listed, readable
from engine.data.raw import Corpus, Pairs

CORPORA_TAKEN_IN = "corpora-v1"
PAIRS_TAKEN_IN = "pairs-v1"
"""folders in the cache of files that `python -m engine` was given; another version reads anew"""


class StoredCorpus(Kept[CorpusFacts]):
    """A corpus on this machine."""

    facts_are = CorpusFacts
    counted = "characters"

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


class StoredPairs(Kept[PairFacts]):
    """Pairs on this machine."""

    facts_are = PairFacts
    counted = "pairs"

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
    return readable(StoredCorpus, corpus, CORPORA_TAKEN_IN)


def readable_pairs(pairs: str) -> StoredPairs | None:
    """The pairs of this digest; None where they are not on this machine, or are none."""
    return readable(StoredPairs, pairs, PAIRS_TAKEN_IN)


def stored_corpora() -> dict[str, str]:
    """The corpora of this machine by digest, the newest first, and how long each is."""
    return listed(readable_corpus, lambda each: f"{each.facts.characters:,} characters")


def stored_pairs() -> dict[str, str]:
    """The pairs of this machine by digest, the newest first, and how many each has."""
    return listed(readable_pairs, lambda each: f"{each.facts.pairs:,} pairs")
