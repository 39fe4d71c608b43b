"""Long texts to learn a language from. To add one: its class with `characters` and `load`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.data.card import Card
from engine.data.fetch import Remote, fetched
from engine.data.prepare.corpus import prepare_corpus, windows
from engine.data.raw import Corpus
from engine.data.source import Source
from engine.data.split import Split
from engine.data.tokens import BytePairs, Characters, Tokens, WordPieces, Words
from engine.problem import Problem
from engine.spec import RARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary

TINY_SHAKESPEARE = Remote(
    name="tinyshakespeare.txt",
    url="https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
)
CHARACTERS_A_TOKEN: tuple[tuple[type, float], ...] = (
    (Characters, 1.0),
    (BytePairs, 3.0),
    (WordPieces, 3.5),
    (Words, 4.0),
)
"""roughly, in English prose: only to say beforehand about how many steps an epoch will have"""


class CorpusSource(Source):
    """One stream of tokens, cut into windows; the parts follow each other as in the text."""

    split: Split = Split(validation=0.1, test=0.0)
    limit: int | None = Field(
        None,
        ge=4,
        le=10_000_000,
        description="use only so many windows, from the beginning of each part; none uses all",
        examples=[1000],
        json_schema_extra=RARE,
    )
    tokens: Tokens = Field(Characters(), description="what the model reads and writes")
    context: int = Field(
        64, ge=2, le=32_768, description="tokens that the model sees at once, and learns from"
    )
    evaluated: int | None = Field(
        500,
        ge=1,
        le=10_000_000,
        description="windows of the validation part measured at each evaluation, evenly spread; "
        "none measures all. The test part is always measured whole",
        examples=[500],
        json_schema_extra=RARE,
    )

    @property
    def card(self) -> Card:
        samples = sum(self._windows().values())
        return replace(self.facts, shape=(self.context,), samples=samples)

    def sizes(self) -> dict[str, int]:
        """Windows of each part; an estimate where tokens are longer than a character."""
        found = self._windows()
        if self.limit is None or self.limit >= sum(found.values()):
            return found
        return self.split.sizes(self.limit)

    def problems(self) -> Iterator[Problem]:
        if self.split.folds:
            yield Problem(
                "data.split.folds",
                f"the end of {self.title} is its test part, so that a model is tested on text far "
                "from what it has read; choose none, and data.split.test for a share",
            )

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:
        return prepare_corpus(self, self.load(), vocabulary)

    @abstractmethod
    def load(self) -> Corpus: ...

    @abstractmethod
    def characters(self) -> int:
        """Length of the whole text."""

    def _windows(self) -> dict[str, int]:
        length = next(n for kind, n in CHARACTERS_A_TOKEN if isinstance(self.tokens, kind))
        parts = self.split.sizes(self.characters())
        return {name: windows(int(size / length), self.context) for name, size in parts.items()}


class PythonDocs(CorpusSource):
    """The language reference that every Python carries: about 465,000 characters of prose."""

    title: ClassVar[str] = "Python documentation"
    kind: Literal["python_docs"] = "python_docs"
    facts: ClassVar[Card] = Card(
        task="language_modelling",
        modality="text",
        samples=0,
        shape=(64,),
        source="pydoc_data.topics of the Python that runs",
        licence="PSF-2.0",
    )

    def load(self) -> Corpus:
        from pydoc_data.topics import topics

        return Corpus("\n".join(topics[name] for name in sorted(topics)))

    def characters(self) -> int:
        return len(self.load().text)


class TinyShakespeare(CorpusSource):
    """40,000 lines of Shakespeare, 1,115,394 characters: what small language models are tried on.

    Fetched once from the internet.
    """

    title: ClassVar[str] = "Tiny Shakespeare"
    kind: Literal["tiny_shakespeare"] = "tiny_shakespeare"
    facts: ClassVar[Card] = Card(
        task="language_modelling",
        modality="text",
        samples=0,
        shape=(64,),
        source="Karpathy, char-rnn",
        licence="public domain",
    )

    def load(self) -> Corpus:
        return Corpus(fetched(TINY_SHAKESPEARE).read_text(encoding="utf-8"))

    def characters(self) -> int:
        return 1_115_394
