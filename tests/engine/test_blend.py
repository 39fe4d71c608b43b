"""Blends of two images, mixup and CutMix: shares, boxes, losses, repeatable."""

from __future__ import annotations

import pytest
import torch

from engine.data.augmentation import Augmentation
from engine.loop.batches import steps
from engine.loop.blend import blended
from engine.loop.setup import first_state, set_up
from engine.train import train
from tests.engine.small import curve, small
from tests.engine.test_augment import colours

SHAPE = (3, 28, 28)
SMALL = (1, 8, 8)


def test_mixup_is_the_loss_on_both_targets_of_the_blend() -> None:
    """The first step of a real run, against the formula of the paper."""
    config = small(
        "model=logistic_regression",
        "data.augmentation.mixup=0.7",
        "schedule.warmup_steps=0",
        "training.batch_size=128",
        "training.epochs=1",
    )
    told = curve(train(config))[1]
    setup = set_up(config)
    model = first_state(setup).model
    batch = next(iter(steps(setup, 0, 1)))[0]
    share = config.data.blend(SMALL, 0, 0).own
    assert 0.5 <= share < 1
    blend = share * batch.inputs[0] + (1 - share) * batch.inputs[0].flip(0)
    scores = model(blend).log_softmax(1).detach()
    own, other = (
        -scores.gather(1, targets[:, None]).mean()
        for targets in (batch.targets, batch.targets.flip(0))
    )
    assert told == pytest.approx(float(share * own + (1 - share) * other), rel=1e-5)


def test_mixup_draws_another_share_at_each_step() -> None:
    settings = Augmentation(mixup=0.2)
    shares = [settings.blend(SHAPE, 3, step).own for step in range(200)]
    assert shares == [settings.blend(SHAPE, 3, step).own for step in range(200)]
    assert len(set(shares)) == 200
    assert 0.5 <= min(shares) < 0.6
    # The mean of max(b, 1 - b) for b from Beta(0.2, 0.2) is 0.899, integrated numerically.
    assert sum(shares) / 200 == pytest.approx(0.899, abs=0.03)
    assert Augmentation().blend(SHAPE, 3, 0).own == 1


def test_cutmix_pastes_the_box_of_the_partner_and_counts_its_area() -> None:
    images = colours(16)
    settings = Augmentation(cutmix=1.0)
    areas = []
    for step in range(60):
        blend = settings.blend((3, 28, 24), 3, step)
        assert blend == settings.blend((3, 28, 24), 3, step)
        pasted = blended(images, blend)
        theirs = (pasted == images.flip(0)).all(1)
        own = (pasted == images).all(1)
        assert (theirs | own).all()
        if blend.box is None:
            assert blend.own == 1
            continue
        box = blend.box
        assert theirs[:, box.top : box.bottom, box.left : box.right].all()
        own[:, box.top : box.bottom, box.left : box.right] = True
        assert own.all()
        assert blend.own == pytest.approx(1 - box.area / (28 * 24))
        assert pasted.is_contiguous(memory_format=torch.channels_last)
        areas.append(blend.own)
    assert len(set(areas)) > 40
    # Even areas, less what reaches over an edge.
    assert 0.55 < sum(areas) / len(areas) < 0.8


def test_cutmix_is_the_loss_on_both_targets_by_area() -> None:
    """The first step of a real run, against the formula of the paper."""
    config = small(
        "model=logistic_regression",
        "data.augmentation.cutmix=1",
        "schedule.warmup_steps=0",
        "training.batch_size=128",
        "training.epochs=1",
    )
    told = curve(train(config))[1]
    setup = set_up(config)
    model = first_state(setup).model
    batch = next(iter(steps(setup, 0, 1)))[0]
    blend = config.data.blend(SMALL, 0, 0)
    assert blend.box is not None
    scores = model(blended(batch.inputs[0], blend)).log_softmax(1).detach()
    own, other = (
        -scores.gather(1, targets[:, None]).mean()
        for targets in (batch.targets, batch.targets.flip(0))
    )
    expected = blend.own * own + (1 - blend.own) * other
    assert told == pytest.approx(float(expected), rel=1e-5)


def test_with_both_a_coin_decides_and_mixup_keeps_its_draws() -> None:
    both, mixup = Augmentation(mixup=0.4, cutmix=1), Augmentation(mixup=0.4)
    drawn = [both.blend(SHAPE, 3, step) for step in range(200)]
    blends = [each for each in drawn if each.box is None and each.own < 1]
    assert 70 < len(blends) < 130
    assert set(blends) <= {mixup.blend(SHAPE, 3, step) for step in range(200)}
