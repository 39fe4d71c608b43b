"""Linear regression: y = Wx + b."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from engine.models.base import ModelSpec

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card


class LinearRegression(ModelSpec):
    """One weight per feature and a bias; trained on the squared error."""

    title: ClassVar[str] = "Linear regression"
    tasks: ClassVar[tuple[str, ...]] = ("regression",)
    modalities: ClassVar[tuple[str, ...]] = ("tabular", "image", "series")
    kind: Literal["linear_regression"] = "linear_regression"

    def build(self, card: Card) -> nn.Module:
        """Maps `(batch, *card.shape)` to `(batch, 1)`."""
        from torch import nn

        return nn.Sequential(nn.Flatten(), nn.Linear(card.features, 1))
