"""Losses for classes and tokens: how unlikely the model held what was true.

To add one, write its class here with `build` and name it in `ClassLoss`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.losses.base import CLASSES, IGNORED, LossFunction, LossSpec, Weigh
from engine.problem import Problem
from engine.spec import LIVE

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from engine.data.card import Card
    from engine.data.prepared import Prepared

ClassWeights = Literal["none", "balanced"]
_BALANCED = "balanced: a class counts the more, the rarer it is in training"


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
        json_schema_extra=LIVE,
    )
    class_weights: ClassWeights = Field("none", description=_BALANCED)

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:
        """The mean over targets; with weights, each counts as much as its class."""
        from torch.nn import functional

        weights = class_weights(self.class_weights, prepared, device)

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:
            return functional.cross_entropy(
                outputs.flatten(0, -2),
                targets.flatten(),
                weight=weights,
                ignore_index=IGNORED,
                label_smoothing=self.label_smoothing,
            )

        return mean

    def weigh(self, prepared: Prepared, device: torch.device) -> Weigh | None:
        """With weights, a batch counts as much as the classes in it."""
        weights = class_weights(self.class_weights, prepared, device)
        if weights is None:
            return super().weigh(prepared, device)
        return lambda targets: weights[targets[targets != IGNORED]].sum()


class BinaryCrossEntropy(LossSpec):
    """Cross-entropy of two classes, where the second may count more than the first.

    With a positive weight of 1 it is the same as cross-entropy.
    """

    title: ClassVar[str] = "Binary cross-entropy"
    tasks: ClassVar[tuple[str, ...]] = ("classification", "node_classification")
    kind: Literal["binary_cross_entropy"] = "binary_cross_entropy"
    positive_weight: float = Field(
        1.0,
        gt=0,
        le=1e4,
        description="how much a sample of the second class counts beside one of the first",
    )

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:  # noqa: ARG002
        """Of the difference of both outputs, which is the logarithm of the odds."""
        import torch
        from torch.nn import functional

        positive = torch.tensor(self.positive_weight, device=device)

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:
            odds = outputs[:, 1] - outputs[:, 0]
            return functional.binary_cross_entropy_with_logits(
                odds, targets.to(odds.dtype), pos_weight=positive
            )

        return mean

    def problems(self, card: Card) -> Iterator[Problem]:
        """Two classes it must be."""
        if card.outputs != 2:
            yield Problem(
                "loss",
                f"binary cross-entropy tells two classes apart, and there are {card.outputs}; "
                "choose cross-entropy",
            )


class Focal(LossSpec):
    """Cross-entropy that cares little for what is already right (Lin et al., arXiv:1708.02002).

    Multiplied by (1 - p) to the power of gamma, p being the probability of the true class: for
    rare classes among many easy samples.
    """

    title: ClassVar[str] = "Focal"
    tasks: ClassVar[tuple[str, ...]] = CLASSES
    kind: Literal["focal"] = "focal"
    gamma: float = Field(2.0, ge=0, le=10, description="0 is cross-entropy; more looks at errors")
    class_weights: ClassWeights = Field("none", description=_BALANCED)

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:
        """The mean over targets, whatever their weights, as in the paper."""
        from torch.nn import functional

        weights = class_weights(self.class_weights, prepared, device)

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:
            flat = targets.flatten()
            scores = functional.log_softmax(outputs.flatten(0, -2), dim=1)
            losses = functional.nll_loss(scores, flat, reduction="none", ignore_index=IGNORED)
            # Not 0: below a power of 1 the slope there is infinite.
            hard = (1 - (-losses).exp()).clamp(min=1e-6) ** self.gamma * losses
            counted = flat != IGNORED
            if weights is not None:
                hard = hard * weights[flat.clamp(min=0)]
            return hard.sum() / counted.sum()

        return mean


def class_weights(kind: ClassWeights, prepared: Prepared, device: torch.device) -> Tensor | None:
    """Samples / (classes x samples of the class), as scikit-learn balances; float32 `(classes,)`.

    A class that is not in the training part counts as one of a single sample.
    """
    if kind == "none":
        return None
    import torch

    targets = torch.from_numpy(prepared.parts["train"].targets).flatten()
    counts = torch.bincount(targets[targets != IGNORED], minlength=prepared.card.outputs)
    return (counts.sum() / (len(counts) * counts.clamp(min=1))).float().to(device)


ClassLoss = CrossEntropy | BinaryCrossEntropy | Focal
