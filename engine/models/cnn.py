"""Convolutional network: the classic 28x28 net by default, any depth and width by choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec
from engine.problem import Problem
from engine.spec import LIVE, RARE

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card

Channels = Annotated[int, Field(ge=1, le=4096)]


class Cnn(ModelSpec):
    """Convolutions with 2x2 pooling between them, then dense layers.

    The defaults are the classic net for 28x28 images: Conv 32 (3x3) - pool - Conv 64 - pool -
    Conv 64 - Dense 64 - Dense 10, which has 93,322 parameters on one channel.
    """

    title: ClassVar[str] = "CNN"
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    modalities: ClassVar[tuple[str, ...]] = ("image",)
    kind: Literal["cnn"] = "cnn"
    channels: list[Channels] = Field(
        [32, 64, 64], min_length=1, max_length=16, description="width of each convolution"
    )
    kernel: Literal[1, 3, 5, 7] = Field(3, description="side of each convolution, in pixels")
    padding: Literal["valid", "same"] = Field(
        "valid",
        description="valid: a convolution leaves out the edge; same: it keeps the image's size",
    )
    last_pool: bool = Field(False, description="2x2 pooling after the last convolution too")
    batch_norm: bool = Field(False, description="normalise after each convolution")
    dense: list[Channels] = Field(
        [64], max_length=8, description="width of each dense layer before the output"
    )
    dropout: Dropout = Field(0.0, description="share of dense units silenced per step")
    convolution_dropout: Dropout = Field(
        0.0,
        description="share of whole channels silenced per step after each convolution",
        json_schema_extra=RARE | LIVE,
    )

    def problems(self, card: Card) -> Iterator[Problem]:
        if min(self.side_after(card)) < 1:
            yield Problem("model.channels", self.too_small(card))

    def build(self, card: Card) -> nn.Module:
        """Maps `(batch, channels, height, width)` to `(batch, card.outputs)`.

        Raises:
            ValueError: the image is too small for so many convolutions.
        """
        from torch import nn

        side = self.side_after(card)
        if min(side) < 1:
            raise ValueError(self.too_small(card))
        layers: list[nn.Module] = []
        channels = card.shape[0]
        for number, width in enumerate(self.channels):
            if number:
                layers.append(nn.MaxPool2d(2))
            layers += self._convolution(channels, width)
            channels = width
        if self.last_pool:
            layers.append(nn.MaxPool2d(2))
        layers.append(nn.Flatten())
        features = channels * side[0] * side[1]
        for width in self.dense:
            layers += [nn.Linear(features, width), nn.ReLU(), nn.Dropout(self.dropout)]
            features = width
        return nn.Sequential(*layers, nn.Linear(features, card.outputs))

    def _convolution(self, channels: int, width: int) -> list[nn.Module]:
        """With batch norm, which has a bias of its own, the convolution needs none."""
        from torch import nn

        from engine.nets.norm import BatchNorm

        padding = self.kernel // 2 if self.padding == "same" else 0
        layers: list[nn.Module] = [
            nn.Conv2d(channels, width, self.kernel, padding=padding, bias=not self.batch_norm)
        ]
        if self.batch_norm:
            layers.append(BatchNorm(width))
        return [*layers, nn.ReLU(), nn.Dropout2d(self.convolution_dropout)]

    def side_after(self, card: Card, convolutions: int | None = None) -> tuple[int, int]:
        """Height and width after so many convolutions, or all; below 1 is impossible."""
        count = len(self.channels) if convolutions is None else convolutions
        lost = 0 if self.padding == "same" else self.kernel - 1
        height, width = card.shape[1:]
        for number in range(count):
            if number:
                height, width = height // 2, width // 2
            height, width = height - lost, width - lost
            if min(height, width) < 1:
                return 0, 0
        return (height // 2, width // 2) if count and self.last_pool else (height, width)

    def too_small(self, card: Card) -> str:
        """The sentence for an image that the convolutions use up."""
        most = max((n for n in range(17) if min(self.side_after(card, n)) >= 1), default=0)
        advice = f"at most {most} fit" if most else "not even one fits"
        other = "" if self.padding == "same" else ", choose padding same"
        between = "after each of them" if self.last_pool else "between them"
        return (
            f"{len(self.channels)} convolutions of {self.kernel}x{self.kernel} with pooling "
            f"{between} need a larger image than {card.shape[1]}x{card.shape[2]}; "
            f"{advice}: list fewer channels{other} or choose a smaller kernel"
        )
