"""What a run will be, before it runs: layers and shapes without weights, steps without training."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from engine.config import RunConfig
from engine.data.card import Card
from engine.loop.setup import prepare
from engine.models.trial import check_output, own_mistakes_said
from engine.problem import SettingsError
from engine.settings.check import problems
from engine.settings.sizes import samples, steps_from, steps_per_epoch, total_steps
from engine.spec import Spec


class Layer(Spec):
    """One layer of the model. `output` is the shape for one sample."""

    name: str
    kind: str
    output: list[int]
    parameters: int


class Summary(Spec):
    """`parameters` of the whole model; `samples` in `train`, `validation`, `test`."""

    parameters: int
    layers: list[Layer]
    samples: dict[str, int]
    steps_per_epoch: int
    total_steps: int
    """of one training; with folds of the first one"""
    trainings: int = 1
    """one for each fold where all are trained"""
    run_steps: int = 0
    """of all trainings together"""


def summarize(config: RunConfig) -> Summary:
    """The summary of a run. Builds the model on the meta device: no memory, whatever its size.

    Raises:
        SettingsError: these settings cannot be trained with.
    """
    found = problems(config)
    if found:
        raise SettingsError(found)
    card, counted = complete(config)
    with torch.device("meta"), own_mistakes_said(config):
        model = config.model.build(card)
        layers, output = _layers(model, example(card))
        check_output(config, card, output)
    steps = total_steps(config, counted["train"])
    return Summary(
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        layers=layers,
        samples=counted,
        steps_per_epoch=steps_per_epoch(config, counted["train"]),
        total_steps=steps,
        trainings=config.data.split.trainings,
        run_steps=steps_from(config, 1, steps),
    )


def complete(config: RunConfig) -> tuple[Card, dict[str, int]]:
    """The facts of the data and the samples of each part; texts, ratings, graphs and people's own
    tables are read.

    Raises:
        SettingsError: the data are not on this machine.
    """
    card = config.data.card
    if card.modality in ("tabular", "image", "series") and not config.data.measured:
        return card, samples(config.data)
    prepared = prepare(config)
    return prepared.card, prepared.samples


def example(card: Card) -> tuple[Tensor, ...]:
    """One sample of zeros with a batch dimension, as the model's inputs."""
    whole = torch.long
    match card.task:
        case "seq2seq":
            target = torch.zeros(1, card.target_length, dtype=whole)
            return torch.zeros(1, *card.shape, dtype=whole), target
        case "rating":
            return (torch.zeros(1, 2, dtype=whole),)
        case "embedding":
            return torch.zeros(1, 2, dtype=whole), torch.zeros(card.vocabulary)
        case "node_classification":
            features = torch.zeros(card.nodes, card.shape[-1])
            edges = torch.zeros(2, card.edges, dtype=whole)
            return torch.zeros(1, dtype=whole), features, edges
    return (torch.zeros(1, *card.shape, dtype=whole if card.modality == "text" else None),)


def _layers(model: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[list[Layer], Any]:
    """One forward pass, watched at the modules that have no modules inside, and its output."""
    found: list[Layer] = []
    handles = [
        module.register_forward_hook(_watcher(name, found))
        for name, module in model.named_modules()
        if not list(module.children()) or list(module.parameters(recurse=False))
    ]
    with torch.no_grad():
        output = model(*inputs)
    for handle in handles:
        handle.remove()
    return [*found, *_unwatched(model, found)], output


def _unwatched(model: nn.Module, found: list[Layer]) -> list[Layer]:
    """Parameters that no layer was called with, e.g. the biases of a graph's convolutions."""
    rest = sum(each.numel() for each in model.parameters()) - sum(
        layer.parameters for layer in found
    )
    return [Layer(name="", kind="Other", output=[], parameters=rest)] if rest > 0 else []


def _watcher(name: str, found: list[Layer]) -> Any:
    def watch(module: nn.Module, _: tuple[Tensor, ...], output: Any) -> None:
        if any(layer.name == name for layer in found):
            return  # e.g. an LSTM that goes token by token
        # A recurrent layer gives its states too.
        shown = output[0] if isinstance(output, tuple) else output
        found.append(
            Layer(
                name=name,
                kind=type(module).__name__,
                output=list(shown.shape[1:]) if isinstance(shown, Tensor) else [],
                # Of a module with modules inside only what is its own, e.g. a bias.
                parameters=sum(each.numel() for each in module.parameters(recurse=False)),
            )
        )

    return watch
