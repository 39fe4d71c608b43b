"""The loss of word embeddings: which word stood beside another, and which were drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from engine.losses.base import LossFunction, LossSpec

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from engine.data.prepared import Prepared


class NegativeSampling(LossSpec):
    """Tells the true neighbour, in column 0, from drawn words (Mikolov et al., 2013b)."""

    title: ClassVar[str] = "Negative sampling"
    tasks: ClassVar[tuple[str, ...]] = ("embedding",)
    kind: Literal["negative_sampling"] = "negative_sampling"

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:  # noqa: ARG002
        """`outputs` `(batch, 1 + negatives)`."""
        from torch.nn import functional

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:  # noqa: ARG001
            true = functional.logsigmoid(outputs[:, 0])
            drawn = functional.logsigmoid(-outputs[:, 1:]).sum(dim=1)
            return -(true + drawn).mean()

        return mean
