"""One long text: its tokens in order, the last of them for validation and test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.data.prepared import Part, Prepared
from engine.data.raw import Corpus, Labels
from engine.problem import Problem, SettingsError

if TYPE_CHECKING:
    from engine.data.corpus import CorpusSource
    from engine.data.tokens import Vocabulary


def windows(tokens: int, context: int) -> int:
    """Samples in a stream: windows of `context` and the token after, one window kept free."""
    return max(0, (tokens - 1) // context - 1)


def prepare_corpus(data: CorpusSource, corpus: Corpus, vocabulary: Vocabulary | None) -> Prepared:
    """Divides the text, learns the tokens of its training part and encodes every part.

    Raises:
        SettingsError: a part that is asked for is too short for one window.
    """
    texts = _divided(data, corpus.text)
    known = vocabulary or data.tokens.learn([texts["train"]])
    parts = {name: _part(data, name, text, known) for name, text in texts.items()}
    card = replace(
        data.card, vocabulary=known.size, samples=sum(len(part) for part in parts.values())
    )
    return Prepared(card=card, parts=parts, vocabulary=known)


def _divided(data: CorpusSource, text: str) -> dict[str, str]:
    """Train, validation and test follow each other: neighbours in a text know each other."""
    sizes = data.split.sizes(len(text))
    first, second = sizes["train"], sizes["train"] + sizes["validation"]
    return {"train": text[:first], "validation": text[first:second], "test": text[second:]}


def _part(data: CorpusSource, name: str, text: str, vocabulary: Vocabulary) -> Part:
    stream = np.asarray(vocabulary.encode(text), dtype=np.int64)
    if data.limit is not None:
        stream = stream[: (data.split.sizes(data.limit)[name] + 1) * data.context + 1]
    count = windows(len(stream), data.context)
    if text and not count:
        message = (
            f"the {name} part has {len(stream):,} tokens, too few for windows of {data.context:,}; "
            "use a shorter context, or a larger share of the text"
        )
        raise SettingsError([Problem("data.context", message)])
    return Part((stream,), _NO_TARGETS, np.arange(count), context=data.context)


_NO_TARGETS: Labels = np.empty(0, dtype=np.int64)
