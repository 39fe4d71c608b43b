"""The base of every model family: what it takes, what it knows, how it is built."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.problem import Problem
from engine.spec import LIVE, Spec

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card
    from engine.data.tokens import Vocabulary


Dropout = Annotated[float, Field(ge=0, lt=1, json_schema_extra=LIVE)]
"""A module built with 0 silences nothing and costs 5 to 7 us a step, so that it can be raised."""


class ModelSpec(Spec):
    """A model to choose. `tasks` and `modalities` are those it can be trained on."""

    tasks: ClassVar[tuple[str, ...]]
    modalities: ClassVar[tuple[str, ...]]

    def problems(self, card: Card) -> Iterator[Problem]:  # noqa: ARG002
        """What only this model knows of these data, at `model.<field>`. Without torch."""
        return iter(())

    def tokens(self) -> Vocabulary | None:
        """The vocabulary a pretrained model brings; None learns one from the training part."""
        return None

    @abstractmethod
    def build(self, card: Card) -> nn.Module:
        """A module whose `forward(*inputs)` gives what the task wants (`docs/architecture.md`).

        Also called on the meta device, to count: then without reading weights.
        """
