"""Networks for images: the published sizes, every size of image, and batch norm in a real run."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch

from engine.data.card import Card
from engine.models import Cnn, ResNet, Vgg
from engine.models.base import ModelSpec


def card(side: int, channels: int = 3, classes: int = 10) -> Card:
    """Square images of so many classes."""
    names = tuple(str(number) for number in range(classes))
    return Card("classification", "image", 1, (channels, side, side), names)


def parameters(model: ModelSpec, images: Card) -> int:
    """Counted on the meta device: no memory."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in model.build(images).parameters())


@pytest.mark.parametrize(
    ("model", "published"),
    [
        (ResNet(depth=18), 11_689_512),
        (ResNet(depth=34), 21_797_672),
        (ResNet(depth=50), 25_557_032),
        (ResNet(depth=101), 44_549_160),
        (Vgg(depth=11, batch_norm=False), 132_863_336),
        (Vgg(depth=13, batch_norm=False), 133_047_848),
        (Vgg(depth=16, batch_norm=False), 138_357_544),
        (Vgg(depth=19, batch_norm=False), 143_667_240),
    ],
    ids=lambda value: f"{value.kind}-{value.depth}" if isinstance(value, Vgg | ResNet) else "",
)
def test_networks_for_large_images_have_the_published_size(
    model: Vgg | ResNet, published: int
) -> None:
    assert parameters(model, card(224, classes=1000)) == published


def test_the_classic_net_for_colour_images() -> None:
    """Conv 32 - pool - Conv 64 - pool - Dense 128 - Dense 10 on 32x32x3."""
    net = Cnn(channels=[32, 64], padding="same", last_pool=True, dense=[128])
    sizes = [32 * 27 + 32, 64 * 32 * 9 + 64, 128 * 64 * 8 * 8 + 128, 10 * 128 + 10]
    assert parameters(net, card(32)) == sum(sizes) == 545_098


def test_small_resnets_have_the_size_of_the_paper() -> None:
    """0.27 M for ResNet-20, of which 2,752 are our projections (He et al. 2016, table 6)."""
    assert parameters(ResNet(depth=20), card(32)) == 269_722 + 2_752
    assert parameters(ResNet(depth=56), card(32)) == 853_018 + 2_752


@pytest.mark.parametrize("side", [1, 2, 5, 8, 28, 33])
@pytest.mark.parametrize(
    "model",
    [
        Vgg(width=2, dense=[4]),
        Vgg(depth=19, width=2, dense=[], batch_norm=False),
        ResNet(depth=8, width=2),
        ResNet(depth=18, width=2, dropout=0.5),
        ResNet(depth=50, width=2, stem="large"),
    ],
    ids=lambda model: f"{model.kind}-{model.depth}",
)
def test_every_size_of_image_fits(model: ModelSpec, side: int) -> None:
    assert not list(model.problems(card(side)))
    assert model.build(card(side))(torch.zeros(2, 3, side, side)).shape == (2, 10)


@pytest.mark.parametrize(
    ("side", "padding", "last_pool", "kernel"),
    list(product([3, 6, 13], ["valid", "same"], [False, True], [1, 3, 5])),
)
def test_the_predicted_size_of_a_cnn_is_the_real_one(
    side: int, padding: Any, last_pool: bool, kernel: Any
) -> None:
    net = Cnn(channels=[2, 2], dense=[], padding=padding, last_pool=last_pool, kernel=kernel)
    if list(net.problems(card(side))):
        with pytest.raises(ValueError, match="need a larger image"):
            net.build(card(side))
    else:
        assert net.build(card(side))(torch.zeros(2, 3, side, side)).shape == (2, 10)


def test_large_images_get_the_large_stem() -> None:
    large, small = ResNet(depth=18), ResNet(depth=18, stem="small")
    assert parameters(large, card(96)) - parameters(small, card(96)) == 64 * 3 * (49 - 9)
    assert parameters(large, card(32)) == parameters(small, card(32))


def test_blocks_begin_as_their_shortcuts() -> None:
    """So the deepest net begins as its stem and projections, and says so in its first outputs."""
    net = ResNet(depth=8, width=4).build(card(8))
    block = next(module for name, module in net.named_modules() if name == "blocks.0")
    features = torch.rand(2, 4, 8, 8)
    assert torch.equal(block(features), features)
    torch.manual_seed(0)
    other = ResNet(depth=8, width=4, zero_init=False).build(card(8))
    assert not torch.equal(other.get_submodule("blocks.0")(features), features)


def test_a_last_batch_of_one_pixel_is_no_error() -> None:
    """Torch's own batch norm refuses it; a run would end at the end of its first epoch."""
    model = Vgg(width=2, dense=[]).build(card(28))
    model.train()
    outputs = model(torch.rand(1, 3, 28, 28))
    assert outputs.shape == (1, 10)
    outputs.sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
