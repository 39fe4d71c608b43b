"""Losses. To add one: write its class here with `build` and name it in `Loss`.

Outputs and targets are those of `docs/architecture.md`; a target of -100 counts in no loss.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from engine.spec import Spec

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from engine.data.prepared import Prepared

LossFunction = Callable[["Tensor", "Tensor"], "Tensor"]
"""outputs and targets of a batch to their mean loss, a scalar"""

CLASSES = ("classification", "node_classification", "language_modelling", "seq2seq")
VALUES = ("regression", "rating")
IGNORED = -100
"""the target of what is no target: the padding of a sequence"""


class LossSpec(Spec):
    """A loss to choose. `tasks` are those it can be trained on."""

    tasks: ClassVar[tuple[str, ...]]

    @abstractmethod
    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:
        """The function for these data; what it needs of the training part is read here."""

    def unit(self, deviation: float) -> float:  # noqa: ARG002
        """What to multiply a loss on scaled targets with, to have it in the targets' own unit."""
        return 1.0


class CrossEntropy(LossSpec):
    """The negative logarithm of the probability given to the true class."""

    title: ClassVar[str] = "Cross-entropy"
    tasks: ClassVar[tuple[str, ...]] = CLASSES
    kind: Literal["cross_entropy"] = "cross_entropy"
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="share of each target spread over all classes (Szegedy et al., 2016)",
    )
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="balanced: a class counts the more, the rarer it is in training"
    )

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:
        from torch.nn import functional

        weights = self._weights(prepared, device)

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:
            return functional.cross_entropy(
                outputs.flatten(0, -2),
                targets.flatten(),
                weight=weights,
                ignore_index=IGNORED,
                label_smoothing=self.label_smoothing,
            )

        return mean

    def _weights(self, prepared: Prepared, device: torch.device) -> Tensor | None:
        """Samples / (classes x samples of the class), as scikit-learn balances; float32."""
        if self.class_weights == "none":
            return None
        import torch

        targets = torch.from_numpy(prepared.parts["train"].targets).flatten()
        counts = torch.bincount(targets[targets != IGNORED], minlength=prepared.card.outputs)
        return (counts.sum() / (len(counts) * counts.clamp(min=1))).float().to(device)


class SquaredError(LossSpec):
    """The mean of the squared errors (MSE)."""

    title: ClassVar[str] = "Squared error"
    tasks: ClassVar[tuple[str, ...]] = VALUES
    kind: Literal["squared_error"] = "squared_error"

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:  # noqa: ARG002
        from torch.nn import functional

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:
            return functional.mse_loss(outputs.squeeze(1), targets)

        return mean

    def unit(self, deviation: float) -> float:
        return deviation**2


class NegativeSampling(LossSpec):
    """Tells the true neighbour, in column 0, from drawn words (Mikolov et al., 2013b)."""

    title: ClassVar[str] = "Negative sampling"
    tasks: ClassVar[tuple[str, ...]] = ("embedding",)
    kind: Literal["negative_sampling"] = "negative_sampling"

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:  # noqa: ARG002
        from torch.nn import functional

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:  # noqa: ARG001
            true = functional.logsigmoid(outputs[:, 0])
            drawn = functional.logsigmoid(-outputs[:, 1:]).sum(dim=1)
            return -(true + drawn).mean()

        return mean


class Automatic(LossSpec):
    """What fits the task: cross-entropy for classes and tokens, squared error for numbers."""

    title: ClassVar[str] = "Automatic"
    tasks: ClassVar[tuple[str, ...]] = (*CLASSES, *VALUES, "embedding")
    kind: Literal["automatic"] = "automatic"

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:
        return loss_for(self, prepared.card.task).build(prepared, device)


Loss = Annotated[
    Automatic | CrossEntropy | SquaredError | NegativeSampling, Field(discriminator="kind")
]


def loss_for(loss: Loss, task: str) -> LossSpec:
    """The loss itself; for `Automatic` the one that it chooses for the task."""
    if not isinstance(loss, Automatic):
        return loss
    chosen: tuple[LossSpec, ...] = (CrossEntropy(), SquaredError(), NegativeSampling())
    return next(each for each in chosen if task in each.tasks)
