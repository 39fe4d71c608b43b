"""Reads the safetensors of a pretrained model into a module."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.problem import Problem, SettingsError


def read_weights(folder: Path) -> dict[str, Tensor]:
    """All weights by name; those of a large model lie in several files.

    Raises:
        SettingsError: a file is damaged.
    """
    weights: dict[str, Tensor] = {}
    for file in _files(folder):
        try:
            weights.update(load_file(file))
        except SafetensorError as error:
            raise _damaged(file, error) from error
    return weights


def weight_names(folder: Path) -> set[str]:
    """The names of all weights, without reading them.

    Raises:
        SettingsError: a file is damaged.
    """
    names: set[str] = set()
    for file in _files(folder):
        try:
            with safe_open(file, "pt") as opened:
                names.update(opened.keys())
        except SafetensorError as error:
            raise _damaged(file, error) from error
    return names


def _files(folder: Path) -> list[Path]:
    one = folder / "model.safetensors"
    return [one] if one.is_file() else sorted(folder.glob("*.safetensors"))


def _damaged(file: Path, error: SafetensorError) -> SettingsError:
    return _problem(f"{file} is damaged ({error}); copy or download it again")


def fill(model: nn.Module, weights: Mapping[str, Tensor], folder: Path) -> None:
    """Copies `weights` into `model`; those it has no place for are left out.

    Raises:
        SettingsError: a weight of the model is missing, or has another shape.
    """
    for name, own in model.state_dict().items():
        given = weights.get(name)
        if given is None:
            raise _problem(
                f"{folder} has no weights for {name}; choose a model whose config.json and weights "
                "belong together"
            )
        if given.shape != own.shape:
            raise _problem(
                f"the weights for {name} in {folder} have the shape {list(given.shape)}, and "
                f"config.json says {list(own.shape)}; choose a model whose files belong together"
            )
        own.copy_(given)


def _problem(message: str) -> SettingsError:
    return SettingsError([Problem("model.pretrained", message)])
