"""ResNet by depth: the large ones of the paper and its small ones for small images."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.models.base import Dropout, ModelSpec
from engine.spec import LIVE, RARE

if TYPE_CHECKING:
    from torch import nn

    from engine.data.card import Card

Depth = Literal[8, 14, 20, 32, 44, 56, 18, 34, 50, 101]

STAGES: Mapping[int, tuple[int, ...]] = MappingProxyType(
    {
        **{depth: ((depth - 2) // 6,) * 3 for depth in (8, 14, 20, 32, 44, 56)},
        18: (2, 2, 2, 2),
        34: (3, 4, 6, 3),
        50: (3, 4, 6, 3),
        101: (3, 4, 23, 3),
    }
)
"""blocks in each stage, by the number of layers with weights"""
BOTTLENECKS = (50, 101)
LARGE_FROM = 96
"""pixels a side from which the large stem is the automatic choice"""


class ResNet(ModelSpec):
    """Blocks of convolutions with a way past each block, so that depth does no harm.

    He et al. 2016, with projections where the shape changes. 18, 34, 50 and 101 are the networks
    for large images (11,689,512, 21,797,672, 25,557,032 and 44,549,160 parameters on 1,000
    classes), 8 to 56 the three-stage ones of a tenth of the width for small images.
    """

    title: ClassVar[str] = "ResNet"
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    modalities: ClassVar[tuple[str, ...]] = ("image",)
    kind: Literal["resnet"] = "resnet"
    depth: Depth = Field(20, description="layers with weights; up to 56 but 18 and 34: small ones")
    width: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="width of the first stage, doubled by each; none takes the paper's: "
        "64 for 18, 34, 50 and 101, else 16",
        examples=[32],
    )
    stem: Literal["auto", "small", "large"] = Field(
        "auto",
        description="small: 3x3 at the full side; large: 7x7 and pooling to a quarter of it; "
        f"auto: large from {LARGE_FROM} pixels a side",
    )
    dropout: Dropout = Field(
        0.0,
        description="share of the last features silenced per step",
        json_schema_extra=RARE | LIVE,
    )
    zero_init: bool = Field(
        True,
        description="begin with blocks that change nothing: the last batch norm's factor is 0 "
        "(Goyal et al. 2017)",
        json_schema_extra=RARE,
    )

    def build(self, card: Card) -> nn.Module:
        """Maps `(batch, channels, height, width)` to `(batch, card.outputs)`."""
        from torch import nn

        from engine.nets import residual

        channels, height, width = card.shape
        first = self.width or (64 if len(STAGES[self.depth]) == 4 else 16)
        block = residual.Bottleneck if self.depth in BOTTLENECKS else residual.BasicBlock
        blocks, features = residual.make_blocks(block, STAGES[self.depth], first)
        net = residual.ResidualNet(
            residual.make_stem(self._stem(min(height, width)), channels, first),
            blocks,
            nn.Sequential(nn.Dropout(self.dropout), nn.Linear(features, card.outputs)),
        )
        residual.initialise(net, zero_init=self.zero_init)
        return net

    def _stem(self, side: int) -> Literal["small", "large"]:
        if self.stem == "auto":
            return "large" if side >= LARGE_FROM else "small"
        return self.stem
