"""How well neighbours are told from drawn words, and which words came to lie close together."""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn import functional

from engine.data.tokens import MARKS, UNKNOWN, Vocabulary
from engine.evaluation.outputs import judging, outputs_of
from engine.events import Evaluation, Table
from engine.loop.parts import TensorPart
from engine.loop.setup import Setup
from engine.models.word2vec import Word2Vec
from engine.nets.word2vec import SkipGram

BATCH = 4096
"""pairs per forward pass; fixed, so that it cannot change a metric"""


def evaluate(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    """`blank` with the loss and the table of nearest words; a loss not finite stands alone."""
    outputs = outputs_of(model, part, BATCH)
    loss = setup.loss(outputs, part.targets.to(outputs.device)).item()
    blank = blank.model_copy(update={"metrics": {"loss": loss}})
    spec, vocabulary = setup.config.model, setup.prepared.vocabulary
    if not (
        math.isfinite(loss)
        and isinstance(spec, Word2Vec)
        and isinstance(model, SkipGram)
        and vocabulary is not None
    ):
        return blank
    with judging(model):
        vectors = functional.normalize(model.words.weight, dim=1)
        return blank.model_copy(update={"tables": [_nearest(vectors, vocabulary, spec)]})


def _nearest(vectors: Tensor, vocabulary: Vocabulary, spec: Word2Vec) -> Table:
    """A row for each chosen word that is known: the words at the smallest angles to it."""
    rows, strange = list[list[str | float]](), list[str]()
    for text in filter(None, (text.strip() for text in spec.shown.split(","))):
        numbers = vocabulary.encode(text)
        if len(numbers) != 1 or numbers[0] == UNKNOWN:
            strange.append(text)
            continue
        near = _near(vectors, numbers[0], spec.nearest)
        shown = [f"{vocabulary.piece(number)} ({cosine:.2f})" for number, cosine in near]
        rows.append([text, *shown, *[""] * (spec.nearest - len(shown))])
    return Table(
        name="Nearest words",
        columns=["word", *map(str, range(1, spec.nearest + 1))],
        rows=rows,
        note=f"not among the words learned: {', '.join(strange)}" if strange else "",
    )


def _near(vectors: Tensor, number: int, count: int) -> list[tuple[int, float]]:
    """Numbers and cosines of the words nearest to one, nearest first; no marks."""
    cosines = vectors @ vectors[number]
    cosines[: len(MARKS)] = cosines[number] = -2
    found = cosines.topk(min(count, len(cosines) - len(MARKS) - 1))
    return list(zip(found.indices.tolist(), found.values.tolist(), strict=True))
