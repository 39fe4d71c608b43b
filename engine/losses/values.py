"""Losses for numbers: how far off a prediction is.

To add one, write its class here with `build` and `unit` and name it in `ValueLoss`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.losses.base import VALUES, LossFunction, LossSpec

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from engine.data.prepared import Prepared


class SquaredError(LossSpec):
    """The mean of the squared errors (MSE)."""

    title: ClassVar[str] = "Squared error"
    tasks: ClassVar[tuple[str, ...]] = VALUES
    kind: Literal["squared_error"] = "squared_error"

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:  # noqa: ARG002
        """`outputs` `(batch, 1)`, `targets` `(batch,)`."""
        from torch.nn import functional

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:
            return functional.mse_loss(outputs.squeeze(1), targets)

        return mean

    def unit(self, deviation: float) -> float:
        """Squared, as the error is."""
        return deviation**2


class AbsoluteError(LossSpec):
    """The mean of the errors without their sign (MAE): outliers count no more than others."""

    title: ClassVar[str] = "Absolute error"
    tasks: ClassVar[tuple[str, ...]] = VALUES
    kind: Literal["absolute_error"] = "absolute_error"

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:  # noqa: ARG002
        """`outputs` `(batch, 1)`, `targets` `(batch,)`."""
        from torch.nn import functional

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:
            return functional.l1_loss(outputs.squeeze(1), targets)

        return mean

    def unit(self, deviation: float) -> float:
        """That of the target."""
        return deviation


class Huber(LossSpec):
    """Squared for small errors, absolute for large ones (Huber, 1964)."""

    title: ClassVar[str] = "Huber"
    tasks: ClassVar[tuple[str, ...]] = VALUES
    kind: Literal["huber"] = "huber"
    delta: float = Field(
        1.0,
        gt=0,
        le=1e6,
        description="where an error begins to be large, in standard deviations of the target",
    )

    def build(self, prepared: Prepared, device: torch.device) -> LossFunction:  # noqa: ARG002
        """`outputs` `(batch, 1)`, `targets` `(batch,)`."""
        from torch.nn import functional

        def mean(outputs: Tensor, targets: Tensor) -> Tensor:
            return functional.huber_loss(outputs.squeeze(1), targets, delta=self.delta)

        return mean

    def unit(self, deviation: float) -> float:
        """Squared: s² huber(e, d) is huber(s e, s d)."""
        return deviation**2


ValueLoss = SquaredError | AbsoluteError | Huber
