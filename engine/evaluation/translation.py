"""How well texts become other texts: the loss of the true targets, and what the model writes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.data.pairs import PairSource
from engine.data.prepared import Prepared
from engine.data.shuffle import Purpose, mix
from engine.data.tokens import Vocabulary
from engine.evaluation.outputs import judging
from engine.events import Evaluation, Example, Table
from engine.loop.parts import TensorPart
from engine.loop.setup import Setup
from engine.losses import IGNORED
from engine.metrics import of_ratios
from engine.metrics.bleu import bleu, edits
from engine.nets.translator import greedy

BATCH = 256
"""samples per forward pass, or fewer of a large vocabulary"""
SCORES = 2**25
"""scores held at once, 128 MiB in float32; fixed, so that a metric depends on nothing else"""
SHOWN = 20
"""rows of a table"""
WORST = 12


@dataclass(frozen=True)
class Written:
    """One sample that was written out; all but `loss` as numbers of the target's tokens."""

    row: int
    """in the part"""
    truth: list[int]
    output: list[int]
    edits: int
    loss: float
    """of the true target, nats a token"""


def evaluate(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    """`blank` with its metrics and what was written; a loss that is not finite stands alone.

    The loss is that of the whole part. Of the validation part `data.written` samples are written
    out, evenly spread, of the test part all; this has intervals and the worst samples too.
    """
    with judging(model):
        loss, losses = _losses(model, part, setup)
        if not math.isfinite(loss):
            return blank.model_copy(update={"metrics": {"loss": loss}})
        written = _written(model, part, setup, blank.split, losses)
    shown = _Shown(setup.prepared, blank.split)
    panels: dict[str, object] = {"tables": [shown.table(written)]}
    if blank.split == "test":
        panels["worst"] = shown.worst(written)
        panels["intervals"] = _intervals(setup, blank.step, written)
    return blank.model_copy(update={"metrics": {"loss": loss, **_metrics(written)}, **panels})


def _batches(part: TensorPart, setup: Setup, places: Tensor) -> tuple[Tensor, ...]:
    """`places` in batches whose scores fit."""
    size = SCORES // (setup.card.target_length * setup.card.target_vocabulary)
    return torch.split(places.to(part.targets.device), max(1, min(BATCH, size)))


def _losses(model: nn.Module, part: TensorPart, setup: Setup) -> tuple[float, Tensor]:
    """The loss trained on, mean over all tokens, and each sample's cross-entropy `(samples,)`."""
    total, tokens, losses = 0.0, 0, []
    for places in _batches(part, setup, torch.arange(len(part))):
        inputs, targets = part.batch(places)
        scores = model(*inputs).float()
        counted = targets != IGNORED
        total += setup.loss(scores, targets).item() * int(counted.sum())
        tokens += int(counted.sum())
        each = functional.cross_entropy(
            scores.transpose(1, 2), targets, ignore_index=IGNORED, reduction="none"
        )
        losses.append(each.sum(1) / counted.sum(1))
    return total / tokens, torch.cat(losses).cpu()


def _written(
    model: nn.Module, part: TensorPart, setup: Setup, split: str, losses: Tensor
) -> list[Written]:
    data, count = setup.config.data, len(part)
    vocabulary = _vocabulary(setup.prepared)
    bound = data.written if isinstance(data, PairSource) and split == "validation" else count
    rows = torch.arange(min(bound, count)) * count // min(bound, count)
    found = []
    for places in _batches(part, setup, rows):
        inputs, targets = part.batch(places)
        outputs = greedy(
            model, inputs[0], vocabulary.start, vocabulary.end, setup.card.target_length
        )
        pairs = zip(places.tolist(), targets.tolist(), outputs.tolist(), strict=True)
        for row, target, output in pairs:
            truth = vocabulary.until_end(number for number in target if number != IGNORED)
            # What is unknown stands for many things: it is never right.
            wanted = [-1 if number == vocabulary.unknown else number for number in truth]
            written = vocabulary.until_end(output)
            edited = edits(wanted, written)
            found.append(Written(row, truth, written, edited, float(losses[row])))
    return found


def _metrics(written: list[Written]) -> dict[str, float]:
    """`exact_match`, `token_error_rate` (edits / tokens of the truth) and `bleu`, if defined."""
    tokens = sum(len(each.truth) for each in written)
    found = {"exact_match": float(np.mean([each.edits == 0 for each in written]))}
    if tokens:
        found["token_error_rate"] = sum(each.edits for each in written) / tokens
    score = bleu([each.truth for each in written], [each.output for each in written])
    if score is not None:
        found["bleu"] = score
    return found


def _intervals(setup: Setup, step: int, written: list[Written]) -> dict[str, list[float]]:
    """95 % confidence intervals, by resamples that are a function of seed and step."""
    edited = np.array([float(each.edits) for each in written])
    tokens = np.array([float(len(each.truth)) for each in written])
    ratios = {"exact_match": ((edited == 0).astype(float), np.ones(len(written)))}
    if tokens.any():
        ratios["token_error_rate"] = (edited, tokens)
    return of_ratios(ratios, mix(setup.config.training.seed, Purpose.EVALUATION, step))


def _vocabulary(prepared: Prepared) -> Vocabulary:
    vocabulary = prepared.target_vocabulary
    if vocabulary is None:
        raise ValueError("a translation is measured in the tokens of a target vocabulary")
    return vocabulary


@dataclass(frozen=True)
class _Shown:
    """Samples as people read them."""

    prepared: Prepared
    split: str

    def table(self, written: list[Written]) -> Table:
        """The first samples: source, truth and output."""
        rows: list[list[str | float]] = [
            [self._source(each), self._text(each.truth), self._text(each.output), each.edits]
            for each in written[:SHOWN]
        ]
        return Table(name="Translations", columns=["source", "truth", "output", "edits"], rows=rows)

    def worst(self, written: list[Written]) -> list[Example]:
        """Those whose truth the model found least likely; wrong ones where there are some."""
        part = self.prepared.parts[self.split]
        wrong = [each for each in written if each.edits]
        ranked = sorted(wrong or written, key=lambda each: -each.loss)
        return [
            Example(
                place=int(part.places[each.row]),
                truth=self._text(each.truth),
                prediction=self._text(each.output),
                loss=each.loss,
                text=self._source(each),
            )
            for each in ranked[:WORST]
        ]

    def _source(self, each: Written) -> str:
        return str(self.prepared.parts[self.split].texts[each.row])

    def _text(self, numbers: list[int]) -> str:
        return _vocabulary(self.prepared).decode(numbers)
