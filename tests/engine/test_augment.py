"""Augmentation: what it does to real digits, that it is repeatable, and that settings are kept."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.config import RunConfig
from engine.data import Digits, Mnist
from engine.data.augmentation import Augmentation
from engine.loop.augment import augment_images
from engine.loop.randomness import seed_step
from engine.settings.check import problems

CPU = torch.device("cpu")
EACH = {
    "shift": Augmentation(shift=2),
    "flip": Augmentation(flip=True),
    "shift and flip": Augmentation(shift=3, flip=True),
    "rotation": Augmentation(rotation=20),
    "zoom": Augmentation(zoom=0.2, flip=True, shift=1),
    "cutout": Augmentation(cutout=6),
    "noise": Augmentation(noise=0.2),
    "brightness": Augmentation(brightness=0.3),
    "contrast": Augmentation(contrast=0.3),
}


def digits(count: int = 64) -> Tensor:
    """Real images, channels-last as the loop has them."""
    images = torch.from_numpy(Mnist().load().inputs[:: 5000 // count][:count] / 255)
    return images.contiguous(memory_format=torch.channels_last)


def colours(count: int = 16) -> Tensor:
    """Three different digits as the colours of one image, oblong."""
    images = digits(3 * count).reshape(count, 3, 28, 28)[:, :, :, 2:26]
    return images.contiguous(memory_format=torch.channels_last)


def augmented(images: Tensor, settings: Augmentation, step: int = 0) -> Tensor:
    """As in `step` of a run."""
    seed_step(7, step, CPU)
    return augment_images(images, settings)


@pytest.mark.parametrize("settings", EACH.values(), ids=EACH)
@pytest.mark.parametrize("images", [digits(), colours()], ids=["grey", "colour"])
def test_a_function_of_the_step_alone(images: Tensor, settings: Augmentation) -> None:
    before = images.clone()
    first, again = augmented(images, settings), augmented(images, settings)
    assert torch.equal(first, again)
    assert not torch.equal(first, augmented(images, settings, step=1))
    assert not torch.equal(first, images)
    assert torch.equal(images, before)
    assert first.shape == images.shape
    assert first.is_contiguous(memory_format=torch.channels_last)


def test_nothing_chosen_changes_nothing() -> None:
    assert torch.equal(augmented(digits(), Augmentation()), digits())


@pytest.mark.parametrize("images", [digits(), colours()], ids=["grey", "colour"])
def test_a_shift_is_a_window_of_the_padded_image(images: Tensor) -> None:
    """Each result equals exactly one of the 25 windows of the image with its edge repeated."""
    shifted = augmented(images, Augmentation(shift=2))
    padded = torch.nn.functional.pad(images, (2, 2, 2, 2), mode="replicate")
    height, width = images.shape[2:]
    found = torch.zeros(len(images), dtype=torch.int64)
    used = set()
    for down in range(5):
        for right in range(5):
            window = padded[:, :, down : down + height, right : right + width]
            same = (window == shifted).flatten(1).all(1)
            found += same
            used |= {(down, right)} if same.any() else set()
    assert (found >= 1).all()
    assert len(used) > 10


def test_a_flip_mirrors_about_half() -> None:
    images = digits(256)
    flipped = augmented(images, Augmentation(flip=True))
    mirrored = (flipped == images.flip(3)).flatten(1).all(1)
    same = (flipped == images).flatten(1).all(1)
    assert (mirrored | same).all()
    assert 90 < mirrored.sum() < 166


def test_a_half_turn_of_an_oblong_image_keeps_its_proportions() -> None:
    """A line drawn across stays as long in pixels when it is turned."""
    image = torch.zeros(200, 1, 40, 20)
    image[:, :, 19:21, 5:15] = 1
    turned = augmented(image, Augmentation(rotation=180))
    assert turned.sum((1, 2, 3)).allclose(torch.tensor(20.0), rtol=0.15)
    assert (turned.sum(3) > 0.5).sum((1, 2)).max() >= 9


def test_a_zoom_enlarges_and_shrinks_within_its_share() -> None:
    image = torch.zeros(200, 1, 40, 40)
    image[:, :, 10:30, 10:30] = 1
    areas = augmented(image, Augmentation(zoom=0.2)).sum((1, 2, 3)) / 400
    assert 0.6 < areas.min() < 0.8
    assert 1.25 < areas.max() < 1.5


def test_cutout_paints_a_square_with_the_mean() -> None:
    image = torch.rand(100, 3, 20, 20)
    changed = augmented(image, Augmentation(cutout=6)) != image
    assert changed[:, 0].equal(changed[:, 1])
    assert changed[:, 0].sum((1, 2)).max() == 36
    assert (changed[:, 0].sum((1, 2)) >= 9).all()


def test_noise_has_the_deviation_asked_for() -> None:
    images = colours(64)
    noise = augmented(images, Augmentation(noise=0.25)) - images
    assert noise.std() == pytest.approx(0.25, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=0.01)


def test_a_change_that_leaves_nothing_gets_a_sentence() -> None:
    data = Digits(augmentation=Augmentation(shift=8, cutout=9))
    found = {problem.path: problem.message for problem in problems(RunConfig(data=data))}
    assert "8 pixels are the whole of an image of 8x8" in found["data.augmentation.shift"]
    assert "use at most 4" in found["data.augmentation.cutout"]


def test_digits_are_not_mirrored_by_default() -> None:
    assert not any(data.augmentation.flip for data in (Mnist(), Digits()))


def test_brightness_and_contrast_keep_to_their_shares_whatever_the_scaling() -> None:
    grey = torch.full((400, 1, 8, 8), 0.25)
    grey[:, :, ::2] = 0.75
    bright = augmented(grey, Augmentation(brightness=0.2)).mean((1, 2, 3))
    assert 0.4 <= bright.min() < 0.41
    assert 0.59 < bright.max() <= 0.6
    spread = augmented(grey, Augmentation(contrast=0.5)).std((1, 2, 3))
    assert 0.5 < spread.min() / grey[0].std() < 0.52
    assert 1.48 < spread.max() / grey[0].std() < 1.5
    seed_step(7, 0, CPU)
    scaled = augment_images(4 * grey - 2, Augmentation(brightness=0.2), light=(-2.0, 2.0))
    assert scaled.mean((1, 2, 3)).allclose(4 * bright - 2, atol=1e-5)


def test_colours_stay_between_black_and_white() -> None:
    images = colours(64)
    changed = augmented(images, Augmentation(brightness=1, contrast=1, saturation=1))
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_saturation_leaves_grey_as_it_is_and_moves_colours_from_it() -> None:
    grey = torch.rand(50, 1, 6, 6).expand(50, 3, 6, 6)
    assert augmented(grey, Augmentation(saturation=0.8)).allclose(grey, atol=1e-6)
    red = torch.zeros(400, 3, 4, 4)
    red[:, 0] = 0.5
    changed = augmented(red, Augmentation(saturation=0.5))
    luma = (changed * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1)
    factors = (changed[:, 0] - 0.1495).mean((1, 2)) / (0.5 - 0.1495)
    assert luma[factors < 1].allclose(torch.tensor(0.1495), atol=1e-5)
    assert 0.5 <= factors.min() < 0.52
    assert 1.4 < factors.max() <= 1.5


def test_grey_images_have_no_saturation_to_change() -> None:
    data = Digits(augmentation=Augmentation(saturation=0.2))
    (found,) = [p for p in problems(RunConfig(data=data)) if p.path.endswith("saturation")]
    assert "grey images have no colours" in found.message
