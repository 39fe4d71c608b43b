"""Deep networks for images stop in the middle of an epoch and go on with the same bits: batch
norm's statistics, augmentation, dropout, the running mean of weights, several batches a step.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.data.augmentation import Augmentation
from engine.events import Evaluation, Started
from engine.train import train
from tests.engine.small import curve, evaluations, small
from tests.engine.test_resume import stopped_after, weights

AUGMENTED = (
    "data.augmentation.shift=1",
    "data.augmentation.rotation=10",
    "data.augmentation.zoom=0.1",
    "data.augmentation.cutout=2",
    "data.augmentation.noise=0.05",
    "data.augmentation.mixup=0.4",
    "data.augmentation.brightness=0.2",
    "data.augmentation.contrast=0.2",
    "data.augmentation.cutmix=1",
)
KINDS = {
    "vgg": ("model=vgg", "model.width=2", "model.dense=8", "model.dropout=0.3", "data.limit=200"),
    "resnet": ("model=resnet", "model.depth=8", "model.width=2", "model.dropout=0.3"),
    "bottlenecks": ("model=resnet", "model.depth=50", "model.width=1", "data.limit=100"),
    "cnn": ("model=cnn", "model.channels=4,8", "model.batch_norm=true", "model.dropout=0.2"),
    "shift alone": ("data.augmentation.rotation=0", "data.augmentation.zoom=0"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_close_in_mid_epoch_and_go_on_is_bit_identical(kind: str, tmp_path: Path) -> None:
    config = small(
        *AUGMENTED,
        *KINDS[kind],
        # Many steps: a run is closed at a flush, every 64 steps of an MLP.
        "training.batch_size=2",
        "training.accumulation=2",
        "training.epochs=2",
        "training.ema.decay=0.9",
        "training.checkpoint_seconds=3600",
    )
    whole = list(train(config, tmp_path / "whole"))
    steps = max(curve(whole))
    heard = stopped_after(config, tmp_path / "parts", steps // 4)
    heard += stopped_after(config, tmp_path / "parts", 3 * steps // 4)
    rest = list(train(config, tmp_path / "parts"))
    assert isinstance(rest[0], Started)
    assert (rest[0].resumed, steps / 2 < rest[0].step < steps) == ("exact", True)
    for metric in ("train/loss", "train/gradient_norm"):
        assert curve(heard + rest, metric) == curve(whole, metric)
    assert evaluations(heard + rest) == evaluations(whole)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_augmentation_is_for_training_alone() -> None:
    """With a learning rate of nearly nothing all that could differ is what the model sees."""
    words = ("model=mlp", "model.dropout=0", "optimizer.learning_rate=1e-12", "training.epochs=1")
    plain, noisy = (
        list(train(small(*words, f"data.augmentation.noise={noise}"))) for noise in (0, 5)
    )
    assert curve(plain) != curve(noisy)
    losses = [
        [event.metrics["loss"] for event in events if isinstance(event, Evaluation)]
        for events in (plain, noisy)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


def test_no_augmentation_is_the_run_of_old() -> None:
    """So that a run stored before there was augmentation goes on as it was."""
    old, new = small(), small("data.augmentation.noise=0")
    assert old.data.augmentation == new.data.augmentation == Augmentation()  # type: ignore[union-attr]
    images = torch.rand(3, 1, 8, 8)
    augment = old.data.augmenter(old.data.prepare(), images.device)
    assert augment((images,))[0] is images
    assert old.data.blend((1, 8, 8), 0, 0).own == 1
