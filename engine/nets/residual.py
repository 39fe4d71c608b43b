"""The modules of a residual network: blocks, stem, and the whole. Needs torch."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from engine.nets.norm import BatchNorm


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and the way past them (He et al. 2016, figure 2)."""

    expansion = 1

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_convolution(channels, width, 3, stride),
            nn.ReLU(),
            *_convolution(width, width, 3, 1),
        )
        self.shortcut = _shortcut(channels, width, stride)

    def forward(self, inputs: Tensor) -> Tensor:
        """`(batch, channels, height, width)` to the block's width at `1 / stride` of the side."""
        return torch.relu(self.body(inputs) + self.shortcut(inputs))


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1: narrow where it costs most (He et al. 2016, figure 5).

    The stride is that of the 3x3 convolution, as all do since, and not of the first one.
    """

    expansion = 4

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_convolution(channels, width, 1, 1),
            nn.ReLU(),
            *_convolution(width, width, 3, stride),
            nn.ReLU(),
            *_convolution(width, width * self.expansion, 1, 1),
        )
        self.shortcut = _shortcut(channels, width * self.expansion, stride)

    def forward(self, inputs: Tensor) -> Tensor:
        """`(batch, channels, height, width)` to four times the block's width."""
        return torch.relu(self.body(inputs) + self.shortcut(inputs))


class ResidualNet(nn.Module):
    """Stem, blocks, mean over the pixels, output layer."""

    def __init__(self, stem: nn.Module, blocks: list[nn.Module], output: nn.Module) -> None:
        super().__init__()
        self.stem = stem
        self.blocks = nn.Sequential(*blocks)
        self.output = output

    def forward(self, inputs: Tensor) -> Tensor:
        """`(batch, channels, height, width)` to `(batch, outputs)`."""
        # The mean, not an adaptive pool: that one's gradient is not repeatable on CUDA.
        features = self.blocks(self.stem(inputs)).mean((2, 3))
        outputs: Tensor = self.output(features)
        return outputs


def make_blocks(
    block: type[BasicBlock | Bottleneck], stages: tuple[int, ...], width: int
) -> tuple[list[nn.Module], int]:
    """The blocks and how many channels leave the last one.

    `stages` are numbers of blocks; each stage after the first halves the side and doubles `width`.
    """
    blocks: list[nn.Module] = []
    channels = width
    for number, count in enumerate(stages):
        wide = width * 2**number
        for place in range(count):
            blocks.append(block(channels, wide, stride=2 if number and not place else 1))
            channels = wide * block.expansion
    return blocks, channels


def make_stem(kind: Literal["small", "large"], channels: int, width: int) -> nn.Module:
    """`large` leaves a quarter of the side, `small` all of it."""
    if kind == "small":
        return nn.Sequential(*_convolution(channels, width, 3, 1), nn.ReLU())
    return nn.Sequential(
        *_convolution(channels, width, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)
    )


def initialise(net: nn.Module, *, zero_init: bool) -> None:
    """First weights of He et al. 2015; with `zero_init` each block begins as its shortcut."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif zero_init and isinstance(module, BasicBlock | Bottleneck):
            last = module.body[-1]
            assert isinstance(last, BatchNorm)
            nn.init.zeros_(last.weight)


def _convolution(channels: int, width: int, side: int, stride: int) -> tuple[nn.Module, nn.Module]:
    convolution = nn.Conv2d(channels, width, side, stride, padding=side // 2, bias=False)
    return convolution, BatchNorm(width)


def _shortcut(channels: int, width: int, stride: int) -> nn.Module:
    """Nothing where shapes are equal, else a 1x1 projection (the paper's option B)."""
    if stride == 1 and channels == width:
        return nn.Identity()
    return nn.Sequential(*_convolution(channels, width, 1, stride))
