"""One pass over a part without learning: its numbers and what a page shows. One file a task."""

from __future__ import annotations

from torch import nn

from engine.evaluation import (
    classification,
    embedding,
    language,
    nodes,
    ratings,
    regression,
    translation,
)
from engine.evaluation.bounds import bounded
from engine.events import Evaluation
from engine.loop.parts import TensorPart
from engine.loop.setup import Setup


def evaluate(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    """`blank` with the metrics and panels of the task filled in, of a bounded size."""
    return bounded(_measured(model, part, setup, blank))


def _measured(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    match setup.card.task:
        case "regression":
            return regression.evaluate(model, part, setup, blank)
        case "node_classification":
            return nodes.evaluate(model, part, setup, blank)
        case "rating":
            return ratings.evaluate(model, part, setup, blank)
        case "seq2seq":
            return translation.evaluate(model, part, setup, blank)
        case "embedding":
            return embedding.evaluate(model, part, setup, blank)
        case "language_modelling":
            return language.evaluate(model, part, setup, blank)
        case _:
            return classification.evaluate(model, part, setup, blank)
