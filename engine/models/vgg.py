"""VGG: stages of 3x3 convolutions by depth, for images of any size."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card

STAGES: Mapping[int, tuple[int, ...]] = MappingProxyType(
    {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
)
"""convolutions in each stage, by the paper's count of layers, of which three are dense"""
WIDENING = (1, 2, 4, 8, 8)
"""width of each stage, times that of the first"""

Width = Annotated[int, Field(ge=1, le=65_536)]


class Vgg(ModelSpec):
    """Five stages of 3x3 convolutions, each at half the side and twice the width, then dense
    layers. Small images are pooled while there is something left to pool.

    Simonyan and Zisserman, 2015. VGG-16 without batch norm on 224x224 colour images and 1,000
    classes has the published 138,357,544 parameters.
    """

    title: ClassVar[str] = "VGG"
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    modalities: ClassVar[tuple[str, ...]] = ("image",)
    kind: Literal["vgg"] = "vgg"
    depth: Literal[11, 13, 16, 19] = Field(
        11, description="8, 10, 13 or 16 convolutions, and by the paper 3 dense layers"
    )
    width: int = Field(
        64,
        ge=1,
        le=1024,
        description="width of the first stage, the last two have 8 times as much; for images "
        "of 28x28 pixels 16 is plenty",
    )
    batch_norm: bool = Field(
        True, description="normalise after each convolution; without it deep ones learn slowly"
    )
    dense: list[Width] = Field(
        [4096, 4096], max_length=8, description="width of each dense layer before the output"
    )
    dropout: Dropout = Field(0.5, description="share of dense units silenced per step")

    def build(self, card: Card) -> nn.Module:
        """Maps `(batch, channels, height, width)` to `(batch, card.outputs)`."""
        from torch import nn

        channels, height, width = card.shape
        layers: list[nn.Module] = []
        for count, times in zip(STAGES[self.depth], WIDENING, strict=True):
            for _ in range(count):
                layers += self._convolution(channels, self.width * times)
                channels = self.width * times
            if min(height, width) > 1:
                layers.append(nn.MaxPool2d(2))
                height, width = height // 2, width // 2
        layers.append(nn.Flatten())
        features = channels * height * width
        for wide in self.dense:
            layers += [nn.Linear(features, wide), nn.ReLU(), nn.Dropout(self.dropout)]
            features = wide
        model = nn.Sequential(*layers, nn.Linear(features, card.outputs))
        _initialise(model)
        return model

    def _convolution(self, channels: int, width: int) -> list[nn.Module]:
        """With batch norm, which has a bias of its own, the convolution needs none."""
        from torch import nn

        from engine.nets.norm import BatchNorm

        convolution = nn.Conv2d(channels, width, 3, padding=1, bias=not self.batch_norm)
        norm = [BatchNorm(width)] if self.batch_norm else []
        return [convolution, *norm, nn.ReLU()]


def _initialise(model: nn.Module) -> None:
    """He et al. 2015: with torch's own first weights 16 layers without batch norm stand still."""
    from torch import nn

    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
