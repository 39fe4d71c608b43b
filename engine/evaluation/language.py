"""How well the next token is foretold: loss and perplexity, and what the model writes."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.data.corpus import CorpusSource
from engine.data.shuffle import Purpose, mix
from engine.data.tokens import Vocabulary
from engine.evaluation.outputs import judging
from engine.evaluation.writing import write
from engine.events import Evaluation, Sample
from engine.loop.parts import TensorPart
from engine.loop.setup import Setup
from engine.models.sampling import Sampling

SCORES = 2**25
"""scores held at once, 128 MiB in float32; fixed, so that a metric depends on nothing else"""
BATCH = 64
"""windows per forward pass, or fewer of a large vocabulary"""


def evaluate(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    """`blank` with its metrics and samples filled in; a loss that is not finite stands alone.

    Every window of the test part counts, of the validation part `data.evaluated` of them.
    """
    places = _places(part, setup, blank.split)
    with judging(model):
        loss, surprise = _means(model, part, setup, places)
        if not math.isfinite(loss):
            return blank.model_copy(update={"metrics": {"loss": loss}})
        samples = _samples(model, part, setup, blank.step)
    found = {"loss": loss, "perplexity": math.exp(min(surprise, 700.0))}
    return blank.model_copy(update={"metrics": found, "samples": samples})


def _places(part: TensorPart, setup: Setup, split: str) -> Tensor:
    """Numbers of the windows to measure, evenly spread over the part."""
    data, count = setup.config.data, len(part)
    bound = data.evaluated if isinstance(data, CorpusSource) and split == "validation" else None
    measured = min(bound or count, count)
    return (torch.arange(measured) * count // measured).to(part.inputs[0].device)


def _means(model: nn.Module, part: TensorPart, setup: Setup, places: Tensor) -> tuple[float, float]:
    """The loss trained on and the cross-entropy, nats a token; the same but for smoothing."""
    batch = max(1, min(BATCH, SCORES // (part.context * setup.card.vocabulary)))
    sums = torch.zeros(2, device=setup.device)
    for some in torch.split(places, batch):
        inputs, targets = part.batch(some)
        scores = model(*inputs).float()
        loss = setup.loss(scores, targets)
        surprise = functional.cross_entropy(scores.flatten(0, 1), targets.flatten())
        sums += torch.stack([loss, surprise]) * len(some)
    loss, surprise = (sums / len(places)).tolist()
    return loss, surprise


def _samples(model: nn.Module, part: TensorPart, setup: Setup, step: int) -> list[Sample]:
    """What the model writes now: a function of the weights, the seed and the step."""
    sampling = getattr(setup.config.model, "sampling", Sampling())
    vocabulary = setup.prepared.vocabulary
    if not sampling.length or vocabulary is None:
        return []
    begin = _prompt(sampling.prompt, vocabulary, part).to(setup.device)
    seed = mix(setup.config.training.seed, Purpose.EVALUATION, step)
    written = write(model, begin, part.context, sampling, seed)
    return [
        Sample(prompt=sampling.prompt, text=vocabulary.decode(tokens))
        for tokens in written.tolist()
    ]


def _prompt(text: str, vocabulary: Vocabulary, part: TensorPart) -> Tensor:
    """The prompt's tokens; where it has none, the first token of the part."""
    tokens = vocabulary.encode(text or "\n")
    return torch.tensor(tokens) if tokens else part.inputs[0][:1]
