"""The base of every data set: its facts, the settings all have, and how it is made ready."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from engine.data.blend import ALONE, Blend
from engine.data.card import Card
from engine.data.raw import Arrays, Labels, Texts
from engine.data.split import Split
from engine.spec import RARE, Spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import torch

    from engine.data.prepared import Prepared
    from engine.data.raw import Raw
    from engine.data.tokens import Vocabulary
    from engine.loop.parts import Augment
    from engine.problem import Problem

Limit = Annotated[
    int | None,
    Field(
        ge=4,
        le=10_000_000,
        description="use only this many samples, drawn by the split's seed; none uses all",
        examples=[1000],
        json_schema_extra=RARE,
    ),
]


class Source(Spec):
    """A data set to choose. A subclass says its `facts` and how to load it."""

    facts: ClassVar[Card]
    own: ClassVar[bool] = False
    """whether it is a person's own, which another setting names"""
    measured: ClassVar[bool] = False
    """whether only the data, made ready, can tell how many samples and features there are"""
    split: Split = Split()
    limit: Limit = None

    @property
    def card(self) -> Card:
        """The facts as these settings make them; without what only the loaded data can tell."""
        return self.facts

    def sizes(self) -> dict[str, int]:
        """Samples in `train`, `validation` and `test`, without opening a file."""
        return self.split.sizes(min(self.card.samples, self.limit or self.card.samples))

    def problems(self) -> Iterator[Problem]:
        """What only this data set knows of its settings, at `data.<field>`. Opens no file."""
        return iter(())

    def offers(self) -> Mapping[str, Mapping[str, str]]:
        """What a form offers for settings that name something: by the setting's `one_of`, each
        value and what people call it.
        """
        return {}

    @property
    def augmented(self) -> bool:
        """Whether training sees the samples otherwise than they are."""
        return False

    def augmenter(self, prepared: Prepared, device: torch.device) -> Augment:  # noqa: ARG002
        """From the inputs of a batch to what the model is to see of them in training; a batch of
        evaluation is not changed. Draws from torch's generator, which is seeded at each step.
        """
        from engine.loop.parts import unchanged

        return unchanged

    def blend(self, shape: tuple[int, ...], seed: int, step: int) -> Blend:  # noqa: ARG002
        """How much of its own sample, of that shape, the model sees in this step of training."""
        return ALONE

    def is_here(self) -> bool:
        """Whether no download is needed: a form waits for none."""
        return True

    def labels(self) -> Labels:
        """The class of each sample, before limit and split; none where nothing is classified.

        Raises:
            FileNotFoundError: they are not on this machine.
        """
        raw = self.load()
        if not isinstance(raw, Arrays | Texts):
            return np.zeros(0, dtype=np.int64)
        return raw.targets.astype(np.int64)

    def originals(self, places: Sequence[int]) -> list[dict[str, float | str]] | None:  # noqa: ARG002
        """These samples as they were before anything was done to them, by name; None where
        `load` has them.
        """
        return None

    @abstractmethod
    def load(self) -> Raw:
        """All of it, before limit, split, encoding and scaling.

        Raises:
            FileNotFoundError: it is not on this machine; the text says how to get it.
        """

    @abstractmethod
    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:
        """Loads, limits, divides, encodes and scales; what is measured, on the training part alone.

        `vocabulary`: that of a pretrained model, used instead of one learned from the texts.
        """
