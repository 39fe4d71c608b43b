"""What a run will be, before it runs: layers and shapes without weights, steps without training."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from engine.check import problems, samples, steps_per_epoch
from engine.config import RunConfig
from engine.problem import SettingsError
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


def summarize(config: RunConfig) -> Summary:
    """The summary of a run. Builds the model on the meta device: no memory, whatever its size.

    Raises:
        SettingsError: these settings cannot be trained with.
    """
    found = problems(config)
    if found:
        raise SettingsError(found)
    with torch.device("meta"):
        model = config.model.build(config.data.card)
        inputs = torch.empty(1, *config.data.card.shape)
    per_epoch = steps_per_epoch(config)
    return Summary(
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        layers=_layers(model, inputs),
        samples=samples(config.data),
        steps_per_epoch=per_epoch,
        total_steps=per_epoch * config.training.epochs,
    )


def _layers(model: nn.Module, inputs: Tensor) -> list[Layer]:
    """One forward pass, watched at the modules that have no modules inside."""
    found: list[Layer] = []
    handles = [
        module.register_forward_hook(_watcher(name, found))
        for name, module in model.named_modules()
        if not list(module.children())
    ]
    with torch.no_grad():
        model(inputs)
    for handle in handles:
        handle.remove()
    return found


def _watcher(name: str, found: list[Layer]) -> Any:
    def watch(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        found.append(
            Layer(
                name=name,
                kind=type(module).__name__,
                output=list(output.shape[1:]),
                parameters=sum(parameter.numel() for parameter in module.parameters()),
            )
        )

    return watch
