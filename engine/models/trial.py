"""What the machine's owner can get wrong in a model, as a sentence instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.config import RunConfig
from engine.data.card import Card
from engine.models import OWN
from engine.problem import Problem, SettingsError


@contextmanager
def own_mistakes_said(config: RunConfig) -> Iterator[None]:
    """Any error of an own model's code becomes a SettingsError at `model`; others pass."""
    if not isinstance(config.model, OWN.models):
        yield
        return
    try:
        yield
    except SettingsError:
        raise
    except Exception as error:
        # It is another person's code: there is no list of what it may raise.
        sentence = (
            f"{config.model.title} cannot be built for {config.data.title}: "
            f"{type(error).__name__}: {error}"
        )
        raise SettingsError([Problem("model", sentence)]) from error


def check_output(config: RunConfig, card: Card, output: Any) -> None:
    """Compares what an own model gives for one sample with what the task wants.

    Raises:
        SettingsError: it is not a tensor of that shape.
    """
    wanted = _wanted(card)
    shape = tuple(getattr(output, "shape", ()))
    if not isinstance(config.model, OWN.models) or shape == wanted:
        return
    given = str(shape) if shape else f"a {type(output).__name__}"
    sentence = (
        f"{config.model.title} gives {given} for one sample, and {config.data.title} needs "
        f"{wanted}; let its last layer have card.outputs = {card.outputs} units"
    )
    raise SettingsError([Problem("model", sentence)])


def _wanted(card: Card) -> tuple[int, ...]:
    """Shape of the outputs of a batch of one (`docs/architecture.md`)."""
    if card.task == "language_modelling":
        return (1, *card.shape, card.outputs)
    if card.task == "seq2seq":
        return (1, card.target_length, card.outputs)
    return (1, card.outputs)
