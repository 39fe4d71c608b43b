"""Convolutional network: the classic 28x28 net by default, any depth and width by choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from engine.spec import Spec

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card

Channels = Annotated[int, Field(ge=1, le=4096)]


class Cnn(Spec):
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
    dense: list[Channels] = Field(
        [64], max_length=8, description="width of each dense layer before the output"
    )
    dropout: float = Field(0.0, ge=0, lt=1, description="share of dense units silenced per step")

    def build(self, card: Card) -> nn.Module:
        """Maps `(batch, channels, height, width)` to `(batch, card.outputs)`.

        Raises:
            ValueError: the image is too small for so many convolutions.
        """
        raise NotImplementedError
