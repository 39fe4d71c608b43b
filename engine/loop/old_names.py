"""Weights that an earlier Trainyard called otherwise.

Layers of MLP, CNN, VGG and ResNet are called by their place, and dropout of 0 once had none: now
that it can be raised while a run trains it always has. Of the same settings the layers still follow
each other in the same order, so order says which is which; names and shapes must agree to it.
"""

from __future__ import annotations

from torch import Tensor

from engine.problem import Problem, SettingsError

Tensors = dict[str, Tensor]


def found_under(targets: Tensors, sources: Tensors) -> Tensors:
    """`sources` under the names of `targets`, which the model has today.

    Raises:
        SettingsError: they are not the weights of this model, whatever they are called.
    """
    wanted, given = sorted(targets, key=_place), sorted(sources, key=_place)
    fits = len(wanted) == len(given) and all(
        _spoken(new) == _spoken(old) and targets[new].shape == sources[old].shape
        for new, old in zip(wanted, given, strict=True)
    )
    if not fits:
        raise SettingsError([Problem("model", _sentence(wanted, given))])
    return {new: sources[old] for new, old in zip(wanted, given, strict=True)}


def _place(name: str) -> list[tuple[bool, int, str]]:
    """In the order of the layers: 10 after 9."""
    parts = name.split(".")
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def _spoken(name: str) -> list[str]:
    """The name without the places."""
    return ["" if part.isdecimal() else part for part in name.split(".")]


def _sentence(wanted: list[str], given: list[str]) -> str:
    new = next((name for name in wanted if name not in given), "other shapes")
    old = next((name for name in given if name not in wanted), "other shapes")
    return (
        f"the checkpoint was written by another version of Trainyard, whose model has {old} where "
        f"this one has {new}; go on with that version, or launch the run again"
    )
